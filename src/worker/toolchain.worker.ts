/** The second worker: the assembler and its tables, so that a running machine never makes typing wait. */
import { expose } from 'comlink';
import { createToolchain } from '../toolchain';
import { createToolchainDoorway } from './toolchain-doorway';
import type { Ready } from './toolchain-protocol';

expose(createToolchainDoorway(createToolchain()));
postMessage('ready' satisfies Ready);
