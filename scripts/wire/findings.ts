// The one list of what can be wrong or risky in an event stream. Checks, doctor, wire view and tests
// all look here, so a mistake is told in the same words wherever it is met.

export {
  describeFinding,
  type Finding,
  type FindingId,
  findingTable,
  type Level,
} from './finding.ts';
export { findingsInBlock } from './findings-block.ts';
export { findingsInHead, type Look } from './findings-head.ts';
export { findingsInStream, missingBlankLine } from './findings-stream.ts';
