/** The events a run can be stopped at, in words: what a list of them shows. Data only. */
import type { EventTrigger } from './debug';

export interface EventTriggerInfo {
  readonly event: EventTrigger;
  readonly label: string;
  readonly description: string;
  /** What a number narrows it to; null: nothing to narrow. */
  readonly value: { readonly label: string; readonly hint: string } | null;
  /** Only under a hypervisor. */
  readonly monitorOnly: boolean;
}

const VECTOR = { label: 'vector', hint: '13 is #GP, 14 is #PF' };

export const EVENT_TRIGGERS: readonly EventTriggerInfo[] = [
  {
    event: 'ring-change',
    label: 'Ring change',
    description: 'The guest sees its privilege level change.',
    value: { label: 'to ring', hint: '0 or 3' },
    monitorOnly: false,
  },
  {
    event: 'exception',
    label: 'Exception',
    description: 'An exception is delivered through the guest’s IDT.',
    value: VECTOR,
    monitorOnly: false,
  },
  {
    event: 'interrupt',
    label: 'Interrupt',
    description: 'A device interrupt is delivered through the guest’s IDT.',
    value: { label: 'vector', hint: '32 is often the timer' },
    monitorOnly: false,
  },
  {
    event: 'software-interrupt',
    label: 'INT n',
    description: 'An INT instruction enters the guest’s handler.',
    value: { label: 'vector', hint: '0x80 is often the system call' },
    monitorOnly: false,
  },
  {
    event: 'sensitive',
    label: 'Silent sensitive instruction',
    description: 'A sensitive instruction executed outside ring 0 and nothing trapped.',
    value: null,
    monitorOnly: false,
  },
  {
    event: 'address-space',
    label: 'Address space',
    description: 'The guest loads CR3.',
    value: null,
    monitorOnly: false,
  },
  {
    event: 'page-table-write',
    label: 'Page-table write',
    description: 'A guest instruction writes a page directory or page table in use.',
    value: null,
    monitorOnly: false,
  },
  {
    event: 'port',
    label: 'Port',
    description: 'The guest reads or writes an I/O port.',
    value: { label: 'port', hint: '0x20 is the interrupt controller' },
    monitorOnly: false,
  },
  {
    event: 'console',
    label: 'Console output',
    description: 'The guest sends a character over the serial line.',
    value: null,
    monitorOnly: false,
  },
  {
    event: 'halt',
    label: 'HLT',
    description: 'The guest stops until an interrupt comes.',
    value: null,
    monitorOnly: false,
  },
  {
    event: 'translation-miss',
    label: 'Translation miss',
    description: 'Guest kernel code is not in the translation cache yet.',
    value: null,
    monitorOnly: true,
  },
  {
    event: 'translation-invalidated',
    label: 'Translation invalidated',
    description: 'A translation became stale: its source was written, or the cache was flushed.',
    value: null,
    monitorOnly: true,
  },
  {
    event: 'callout',
    label: 'Callout',
    description: 'Translated code calls the hypervisor.',
    value: null,
    monitorOnly: true,
  },
  {
    event: 'hidden-fault',
    label: 'Hidden page fault',
    description: 'The shadow page tables lacked a page that the guest’s own tables map.',
    value: null,
    monitorOnly: true,
  },
  {
    event: 'true-fault',
    label: 'True page fault',
    description: 'The guest’s own page tables forbid the access.',
    value: null,
    monitorOnly: true,
  },
  {
    event: 'injected',
    label: 'Injection',
    description: 'The hypervisor delivers an event to the guest through the guest’s IDT.',
    value: VECTOR,
    monitorOnly: true,
  },
];
