import type { Folder, FolderFile } from './folder';
import { replaceText } from './kept-text';

test('each text that a full disk did not take left a file open, until the process could open no more', async () => {
  let open = 0;
  const file: Pick<FolderFile, 'write' | 'close'> = {
    write: () => Promise.reject(new Error('ENOSPC')),
    close: () => (open -= 1),
  };
  const full: Pick<Folder, 'open'> = {
    open: () => {
      open += 1;
      return Promise.resolve(file as FolderFile);
    },
  };
  await expect(replaceText(full as Folder, 'text', 'more')).rejects.toThrow('ENOSPC');
  expect(open).toBe(0);
});
