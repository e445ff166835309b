/** Time travel: what the session uses of it. */
export { CheckpointStore, type StoreLimits } from './checkpoint-store';
export { Cursor } from './cursor';
export { type Interventions, MomentLog } from './moment-log';
export { type EventSink, Recording, type RecordingLimits } from './recording';
