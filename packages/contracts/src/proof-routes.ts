import { checkpointExample, consistencyExample, inclusionExample } from './examples';
import * as parameter from './parameters';
import { consistencyProof, inclusionProof } from './proofs';
import type { Route } from './route';

/** The second path is the one that programs for tiles look for. */
const readCheckpoint = (path: string, operationId: string): Route => ({
  method: 'get',
  path,
  operationId,
  tag: 'proofs',
  summary: 'The newest signed checkpoint: how many events there are, and the root of their tree',
  parameters: [parameter.witnessName],
  answers: {
    200: {
      description:
        'A signed note (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), with a line of each witness that has cosigned it by now (c2sp.org/tlog-cosignature).',
      content: [{ as: 'text', mediaType: 'text/plain', description: `Such as:\n\n${checkpointExample}` }],
    },
  },
  problems: ['NOT_FOUND'],
});

/** What auditors ask for, where checkpoints are signed; elsewhere it is 404. */
export const proofRoutes: Route[] = [
  readCheckpoint('/v1/checkpoints/latest', 'readCheckpoint'),
  readCheckpoint('/v1/checkpoint', 'readTiledCheckpoint'),
  {
    method: 'get',
    path: '/v1/tile/{level}/{tile}',
    operationId: 'readTile',
    tag: 'proofs',
    summary: 'Hashes of the tree, 256 to a tile, as c2sp.org/tlog-tiles has them',
    parameters: [parameter.tileLevel, parameter.tileNumber],
    answers: {
      200: {
        description: 'The hashes, 32 bytes each, one after another.',
        content: [{ as: 'text', mediaType: 'application/octet-stream', description: 'Bytes.' }],
      },
    },
    problems: ['INVALID_REQUEST', 'NOT_FOUND'],
  },
  {
    method: 'get',
    path: '/v1/proofs/inclusion',
    operationId: 'proveInclusion',
    tag: 'proofs',
    summary: 'That an event is in the tree of a checkpoint',
    parameters: [parameter.provenEvent, parameter.treeSize],
    answers: {
      200: {
        description: 'The proof.',
        content: [{ as: 'json', schema: inclusionProof, example: inclusionExample }],
      },
    },
    problems: ['INVALID_REQUEST', 'NOT_FOUND'],
  },
  {
    method: 'get',
    path: '/v1/proofs/consistency',
    operationId: 'proveConsistency',
    tag: 'proofs',
    summary: 'That the tree of one checkpoint is the beginning of that of a later one',
    parameters: [parameter.fromSize, parameter.toSize],
    answers: {
      200: {
        description: 'The proof.',
        content: [{ as: 'json', schema: consistencyProof, example: consistencyExample }],
      },
    },
    problems: ['INVALID_REQUEST', 'NOT_FOUND'],
  },
];
