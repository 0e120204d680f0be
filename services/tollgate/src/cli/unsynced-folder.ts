import type { Folder } from '@tollgate/folder';

/** A folder whose writes do not wait for the disk, for files that nobody relies on until `syncFiles`. */
export const withoutSync = (folder: Folder): Folder => ({
  ...folder,
  open: async (name, options) => {
    const file = await folder.open(name, options);
    return {
      ...file,
      write: (bytes, position) =>
        new Promise((resolve) => {
          file.note(bytes, position);
          resolve();
        }),
    };
  },
});

/** All that was written to the folder's files is on the disk once it resolves. */
export const syncFiles = async (folder: Folder): Promise<void> => {
  for (const name of folder.names()) {
    const file = await folder.open(name);
    try {
      await file.truncate(file.sizeBytes());
    } finally {
      file.close();
    }
  }
};
