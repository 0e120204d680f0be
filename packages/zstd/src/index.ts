export { unzstd, WindowTooLarge } from './unzstd';
