// Adapter tests reach loopback only; nock answers for everything else. nock patches net and tls once per test file, so it is
// restored after each file: two patches in one worker would deliver every reply twice.
import '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import nock from 'nock';

beforeAll(() => {
  if (!nock.isActive()) nock.activate();
});
beforeEach(() => {
  nock.disableNetConnect();
  nock.enableNetConnect('127.0.0.1');
});
afterEach(() => {
  nock.abortPendingRequests();
  nock.cleanAll();
});
afterAll(() => {
  nock.restore();
});
