/** How the command block names a sector: by its number (LBA) or by cylinder, head and sector in the current geometry. */
import type { Geometry } from './ata-identify';

/** Device register: the address is a sector number. */
const DEVICE_LBA = 0x40;

export interface AddressRegisters {
  readonly sector: number;
  readonly cylinderLow: number;
  readonly cylinderHigh: number;
  readonly device: number;
}

/** The sector the registers name, or null where the geometry has none such. */
export function sectorNamed(
  { sector, cylinderLow, cylinderHigh, device }: AddressRegisters,
  { heads, sectorsPerTrack }: Geometry,
): number | null {
  const cylinder = (cylinderHigh << 8) | cylinderLow;
  const head = device & 0x0f;
  if (device & DEVICE_LBA) return (head << 24) | (cylinder << 8) | sector;
  if (sector === 0 || sector > sectorsPerTrack || head >= heads) return null;
  return (cylinder * heads + head) * sectorsPerTrack + sector - 1;
}

/** The registers that name a sector in the same way as `device` has it. */
export function registersNaming(
  number: number,
  device: number,
  { heads, sectorsPerTrack }: Geometry,
): AddressRegisters {
  const upper = device & 0xf0;
  if (device & DEVICE_LBA) {
    return {
      sector: number & 0xff,
      cylinderLow: (number >>> 8) & 0xff,
      cylinderHigh: (number >>> 16) & 0xff,
      device: upper | ((number >>> 24) & 0x0f),
    };
  }
  const track = Math.floor(number / sectorsPerTrack);
  const cylinder = Math.floor(track / heads);
  return {
    sector: (number % sectorsPerTrack) + 1,
    cylinderLow: cylinder & 0xff,
    cylinderHigh: (cylinder >>> 8) & 0xff,
    device: upper | (track % heads),
  };
}
