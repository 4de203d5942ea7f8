export * from '../support/stage.ts';
