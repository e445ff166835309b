/**
 * The walk of one address through page tables as they are in memory, for one access, the way silicon does it on a TLB
 * miss: which entries it reads, where it arrives, or which #PF it raises and why. Sets no accessed or dirty bits.
 *
 * @see Intel SDM vol. 3, "Paging": "32-Bit Paging", "Access Rights", "Page-Fault Exceptions"
 */
import { address as hex } from '../../base/hex';
import {
  CR0_PG,
  CR0_WP,
  PF_PRESENT,
  PF_RESERVED,
  PF_USER,
  PF_WRITE,
} from '../../machine/cpu/state';
import type { PageEntryView, Unreadable, WalkRequest, WalkView } from '../../session/debug';
import type { InspectContext } from './context';
import { isVirtualized, lookAt } from './cpu';
import { pageEntry } from './page-entry';
import type { PhysicalReader } from './physical-reader';

/** Without PSE-36, bits 21:12 of a 4 MiB page's entry must be zero. */
const LARGE_RESERVED = 0x003ff000;

export interface Paging {
  readonly cr0: number;
  readonly cr3: number;
  readonly cr4: number;
}

export interface Access {
  readonly write: boolean;
  /** At CPL 3. */
  readonly user: boolean;
}

export interface Walked {
  readonly directoryEntry: PageEntryView | null;
  readonly tableEntry: PageEntryView | null;
  readonly outcome:
    | { readonly kind: 'mapped'; readonly physical: number }
    | { readonly kind: 'fault'; readonly errorCode: number; readonly why: string };
}

export function walk(context: InspectContext, request: WalkRequest): WalkView | Unreadable {
  const evaluated = context.evaluate(request.address);
  if (!evaluated.ok) return { unreadable: evaluated.error };
  const { system } = context;
  const address = evaluated.value >>> 0;
  const { cpu, access } = request;
  const { registers, physical: memory } = lookAt(system, cpu);
  const user = request.user ?? registers.cpl === 3;
  const walked = walkTables(memory, registers, address, { write: access === 'write', user });
  const { outcome } = walked;
  const physical = outcome.kind === 'mapped' ? outcome.physical : null;
  const page =
    physical !== null && cpu === 'guest' && isVirtualized(system)
      ? system.machinePage(physical >>> 12)
      : null;
  const tlb = system.tlbEntry(address);
  return {
    cpu,
    address,
    access,
    user,
    enabled: (registers.cr0 & CR0_PG) !== 0,
    cr3: registers.cr3,
    parts: {
      directory: address >>> 22,
      table: (address >>> 12) & 0x3ff,
      offset: address & 0xfff,
    },
    directoryEntry: walked.directoryEntry,
    tableEntry: walked.tableEntry,
    outcome:
      outcome.kind === 'mapped' ? { ...outcome, byte: memory.byte(outcome.physical) } : outcome,
    tlb: tlb && { ...tlb, frame: (tlb.frame * 0x1000) >>> 0 },
    machine: page === null ? null : (page * 0x1000) >>> 0,
  };
}

export function walkTables(
  memory: PhysicalReader,
  { cr0, cr3, cr4 }: Paging,
  address: number,
  access: Access,
): Walked {
  if ((cr0 & CR0_PG) === 0) {
    const outcome = { kind: 'mapped', physical: address >>> 0 } as const;
    return { directoryEntry: null, tableEntry: null, outcome };
  }
  const who = `${access.user ? 'user' : 'supervisor'} ${access.write ? 'write' : 'access'}`;
  const code = (access.write ? PF_WRITE : 0) | (access.user ? PF_USER : 0);
  const fault = (cause: number, why: string) =>
    ({ kind: 'fault', errorCode: code | cause, why }) as const;

  const directory = address >>> 22;
  const pdeAddress = ((cr3 & ~0xfff) + directory * 4) >>> 0;
  const directoryEntry = pageEntry(
    'directory',
    { index: directory, entryAddress: pdeAddress, linear: (directory << 22) >>> 0 },
    memory.dword(pdeAddress),
    cr4,
  );
  if (!directoryEntry.present) {
    const why = `The directory entry ${directory} is not present (P = 0), so nothing in these 4 MiB is mapped.`;
    return { directoryEntry, tableEntry: null, outcome: fault(0, why) };
  }
  if (directoryEntry.large) {
    const outcome =
      directoryEntry.entry & LARGE_RESERVED
        ? fault(
            PF_PRESENT | PF_RESERVED,
            'Reserved bits 21:12 of the 4 MiB page’s directory entry are not 0.',
          )
        : (denied([directoryEntry], access, cr0, who, fault) ?? {
            kind: 'mapped' as const,
            physical: (directoryEntry.target | (address & 0x3fffff)) >>> 0,
          });
    return { directoryEntry, tableEntry: null, outcome };
  }
  const table = (address >>> 12) & 0x3ff;
  const pteAddress = (directoryEntry.target + table * 4) >>> 0;
  const tableEntry = pageEntry(
    'table',
    { index: table, entryAddress: pteAddress, linear: (address & ~0xfff) >>> 0 },
    memory.dword(pteAddress),
    cr4,
  );
  if (!tableEntry.present) {
    const why = `The page-table entry ${table} of ${hex(directoryEntry.target)} is not present (P = 0).`;
    return { directoryEntry, tableEntry, outcome: fault(0, why) };
  }
  const outcome = denied([directoryEntry, tableEntry], access, cr0, who, fault) ?? {
    kind: 'mapped' as const,
    physical: (tableEntry.target | (address & 0xfff)) >>> 0,
  };
  return { directoryEntry, tableEntry, outcome };
}

type Fault = Extract<Walked['outcome'], { kind: 'fault' }>;

/** Both levels must allow an access; supervisors may write read-only pages unless CR0.WP is set. */
function denied(
  levels: readonly PageEntryView[],
  access: Access,
  cr0: number,
  who: string,
  fault: (cause: number, why: string) => Fault,
): Fault | null {
  if (access.user && !levels.every((level) => level.user)) {
    return fault(
      PF_PRESENT,
      `A ${who}, but ${entriesThat(levels, (level) => !level.user)} U/S = 0: for the supervisor only.`,
    );
  }
  const writeProtect = (cr0 & CR0_WP) !== 0;
  if (!access.write || levels.every((level) => level.writable)) return null;
  if (!access.user && !writeProtect) return null;
  const because = access.user ? '' : ' CR0.WP = 1 binds the supervisor too.';
  return fault(
    PF_PRESENT,
    `A ${who}, but ${entriesThat(levels, (level) => !level.writable)} R/W = 0: read-only.${because}`,
  );
}

function entriesThat(
  levels: readonly PageEntryView[],
  forbid: (level: PageEntryView) => boolean,
): string {
  const [directory, table] = levels;
  const first = directory !== undefined && forbid(directory);
  const second = table !== undefined && forbid(table);
  if (first && second) return 'the directory entry and the page-table entry have';
  return first ? 'the directory entry has' : 'the page-table entry has';
}
