import { join } from 'node:path';

/** What is where in the data folder. Only `event-log` is the truth: the rest is derived from it and may be deleted. */
export const foldersOf = (data: string) => ({
  eventLog: join(data, 'event-log'),
  intakeIndex: join(data, 'intake-index'),
  readModels: join(data, 'read-models'),
  cutoffState: join(data, 'cutoff-state'),
  trafficRelay: join(data, 'traffic-relay'),
  rejectedRelay: join(data, 'rejected-relay'),
});

/** Of what each derived folder holds; raising one makes Tollgate derive that folder anew. */
export const derivedVersions = {
  intakeIndex: 1,
  readModels: 1,
  cutoffState: 1,
  trafficRelay: 1,
  rejectedRelay: 1,
} as const;

export type DerivedFolder = keyof typeof derivedVersions;
