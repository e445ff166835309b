/** String instructions and ports. */
import { type AuthoredDocs, theme } from './authored';

const DIRECTION = 'The pointers move by the size: up if DF is clear, down if it is set.';

export const STRINGS_AND_PORTS: AuthoredDocs = {
  ...theme({
    movsb: [
      'Copy a byte',
      `Copies the byte at [ESI] to [EDI] (segment ES). ${DIRECTION} With REP, ECX bytes.`,
    ],
    movsw: [
      'Copy a word',
      `Copies two bytes at [ESI] to [EDI] (segment ES). ${DIRECTION} With REP, ECX words.`,
    ],
    movsd: [
      'Copy a doubleword',
      `Copies four bytes at [ESI] to [EDI] (segment ES). ${DIRECTION} With REP, ECX doublewords.`,
    ],
    cmpsb: [
      'Compare bytes',
      `Compares the byte at [ESI] with the one at [EDI]. ${DIRECTION} REPE goes on while they are equal.`,
    ],
    cmpsw: [
      'Compare words',
      `Compares two bytes at [ESI] with those at [EDI]. ${DIRECTION} REPE goes on while they are equal.`,
    ],
    cmpsd: [
      'Compare doublewords',
      `Compares four bytes at [ESI] with those at [EDI]. ${DIRECTION} REPE goes on while they are equal.`,
    ],
    stosb: [
      'Store a byte',
      `Stores AL at [EDI] (segment ES). ${DIRECTION} With REP it fills ECX bytes.`,
    ],
    stosw: [
      'Store a word',
      `Stores AX at [EDI] (segment ES). ${DIRECTION} With REP it fills ECX words.`,
    ],
    stosd: [
      'Store a doubleword',
      `Stores EAX at [EDI] (segment ES). ${DIRECTION} With REP it fills ECX doublewords: page tables are cleared so.`,
    ],
    lodsb: ['Load a byte', `Loads AL from [ESI]. ${DIRECTION}`],
    lodsw: ['Load a word', `Loads AX from [ESI]. ${DIRECTION}`],
    lodsd: ['Load a doubleword', `Loads EAX from [ESI]. ${DIRECTION}`],
    scasb: [
      'Search for a byte',
      `Compares AL with the byte at [EDI]. ${DIRECTION} REPNE finds the first one that equals AL.`,
    ],
    scasw: [
      'Search for a word',
      `Compares AX with two bytes at [EDI]. ${DIRECTION} REPNE finds the first that equal AX.`,
    ],
    scasd: [
      'Search for a doubleword',
      `Compares EAX with four bytes at [EDI]. ${DIRECTION} REPNE finds the first that equal EAX.`,
    ],
  }),
  ...theme(
    {
      in: [
        'Read a port',
        "Reads AL, AX or EAX from a device's port: its number is a constant below 256, or in DX.",
      ],
      out: [
        'Write a port',
        "Writes AL, AX or EAX to a device's port: its number is a constant below 256, or in DX.",
      ],
      insb: [
        'Read bytes from a port',
        `Reads a byte from port DX to [EDI] (segment ES). ${DIRECTION}`,
      ],
      insw: [
        'Read words from a port',
        `Reads two bytes from port DX to [EDI] (segment ES). ${DIRECTION} Disks give a sector with REP INSW.`,
      ],
      insd: [
        'Read doublewords from a port',
        `Reads four bytes from port DX to [EDI] (segment ES). ${DIRECTION}`,
      ],
      outsb: ['Write bytes to a port', `Writes the byte at [ESI] to port DX. ${DIRECTION}`],
      outsw: ['Write words to a port', `Writes two bytes at [ESI] to port DX. ${DIRECTION}`],
      outsd: ['Write doublewords to a port', `Writes four bytes at [ESI] to port DX. ${DIRECTION}`],
    },
    { rule: 'port' },
  ),
};
