export type { Folder, FolderFile } from './folder';
export { replaceText, textIn, writeNew } from './kept-text';
export { FolderInUse, lockFolder } from './lock-folder';
export type { FolderLock } from './lock-folder';
export { makeFolder, syncFolder } from './make-folder';
export { openFolder, openFolderReadOnly } from './open-folder';
