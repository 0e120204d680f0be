/** The file as a whole cannot be imported, or not from some place on. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
}
