/** How an instruction says that Ringside does not implement it: loudly, and with the machine as it was. */
import { NotImplemented } from '../../outcome';

export function notImplemented(what: string): never {
  throw new NotImplemented(what);
}
