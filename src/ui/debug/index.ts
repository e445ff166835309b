/** The debugger's panels. Each takes no props: it reads the store and asks the session by itself. */
export { BranchesPanel } from './BranchesPanel';
export { BreakpointsPanel } from './BreakpointsPanel';
export { CallStackPanel } from './CallStackPanel';
export { MemoryPanel } from './MemoryPanel';
export { PagingPanel } from './PagingPanel';
export { RegistersDetail } from './RegistersDetail';
export { StackPanel } from './StackPanel';
export { TablesPanel } from './TablesPanel';
export { WatchPanel } from './WatchPanel';
