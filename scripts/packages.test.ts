import { describe, expect, it } from 'vitest';
import { firstStalePackage, nodeProblem } from './packages.mjs';

describe('firstStalePackage', () => {
  const lock = (packages: Record<string, { version?: string; optional?: boolean }>) => ({
    packages: { '': { version: '0.1.0' }, ...packages },
  });
  const vite = { 'node_modules/vite': { version: '8.3.8' } };

  it('finds nothing when everything asked for is installed', () => {
    expect(firstStalePackage(lock(vite), { packages: vite })).toBeNull();
  });

  it('names a package that is missing', () => {
    expect(firstStalePackage(lock(vite), { packages: {} })).toBe('vite');
  });

  it('names a package of another version', () => {
    const older = { 'node_modules/vite': { version: '8.0.0' } };
    expect(firstStalePackage(lock(vite), { packages: older })).toBe('vite');
  });

  it("does not miss another system's optional packages", () => {
    const optional = { 'node_modules/fsevents': { version: '2.3.3', optional: true } };
    expect(firstStalePackage(lock(optional), { packages: {} })).toBeNull();
  });
});

describe('nodeProblem', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('accepts Node %s', (version) => {
    expect(nodeProblem(version)).toBeNull();
  });

  it.each(['16.20.0', '18.19.1', '20.9.0'])('says what to do with Node %s', (version) => {
    expect(nodeProblem(version)).toMatch(/needs Node 20\.19 or newer/);
  });
});
