import { HostError, type HostErrorCode } from '../../host-error.js';
import type { ContractContext } from './fixture.js';

/** Expects that the call fails with this code and names these things. */
export async function expectFailure(
  { runner }: ContractContext,
  call: Promise<unknown>,
  code: HostErrorCode,
  ...named: readonly string[]
): Promise<void> {
  const error = await call.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof HostError)) {
    const got = error instanceof Error ? error.message : 'success';
    throw new Error(`expected a HostError with code ${code}, got: ${got}`);
  }
  runner.expect(error.code, error.message).toEqual(code);
  for (const text of named) runner.expect(error.message).toContain(text);
}
