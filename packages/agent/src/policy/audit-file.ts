import { RotatingFile, type Logger } from '@antrea-ts/runtime';

/** As 1.3: older files are compressed. */
const limits = { maxSize: 500 * 1024 * 1024, maxFiles: 3, maxAgeMs: 28 * 24 * 3_600_000 };

interface AuditFileOptions {
  readonly path: string;
  readonly logger: Logger;
  /** Of 1.3 by default. */
  readonly limits?: typeof limits;
}

interface AuditFile {
  readonly write: (text: string) => void;
  readonly close: () => void;
}

/**
 * Opens the file of the audit log with its first line, and gives what writes to it. A disk that is full or a directory that
 * is missing costs lines, which is told once until it works again, and nothing else.
 */
export function auditFile({ path, logger, limits: own = limits }: AuditFileOptions): AuditFile {
  const { maxSize, ...kept } = own;
  const onError = (error: unknown): void => logger.warn('Could not tidy up older audit logs of policies', { error });
  const file = new RotatingFile({ path, maxSize, archive: { ...kept, onError } });
  let isOpen = false;
  let isTidied = false;
  let isTold = false;
  const write = (text: string): void => {
    try {
      if (!isOpen) {
        file.open();
        isOpen = true;
        // What the agent before this one left.
        if (!isTidied) void file.tidy();
        isTidied = true;
      }
      file.write(text);
      isTold = false;
    } catch (error) {
      // Opened anew for the next line: a rotation that failed leaves no file open.
      isOpen = false;
      if (!isTold) logger.error('Cannot write the audit log of policies: lines are lost', { path, error });
      isTold = true;
    }
  };
  return { write, close: () => file.close() };
}
