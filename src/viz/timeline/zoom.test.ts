import { describe, expect, it } from 'vitest';
import { follow, NARROWEST, pan, zoomAround } from './zoom';

describe('timeline window', () => {
  it('keeps the place under the pointer where it was when zooming', () => {
    const before = { from: 0, to: 1000 };
    const after = zoomAround(before, 250, 2, 1000);
    expect(after).toEqual({ from: 125, to: 625 });
    expect((250 - 125) / 500).toBe(250 / 1000);
  });

  it('becomes the whole run when zoomed out far enough', () => {
    expect(zoomAround({ from: 100, to: 600 }, 200, 0.4, 1000)).toBeNull();
  });

  it('is never narrower than the narrowest window', () => {
    const span = zoomAround({ from: 0, to: 40 }, 20, 10, 1000);
    expect(span && span.to - span.from).toBe(NARROWEST);
  });

  it('stays inside the run when panned past its ends', () => {
    expect(pan({ from: 100, to: 300 }, -2, 1000)).toEqual({ from: 0, to: 200 });
    expect(pan({ from: 700, to: 900 }, 2, 1000)).toEqual({ from: 800, to: 1000 });
  });

  it('follows a moment that left it, and stays while the moment is inside', () => {
    expect(follow({ from: 100, to: 400 }, 250, 1000)).toEqual({ from: 100, to: 400 });
    expect(follow({ from: 100, to: 400 }, 500, 1000)).toEqual({ from: 400, to: 700 });
    expect(follow({ from: 500, to: 800 }, 450, 1000)).toEqual({ from: 250, to: 550 });
  });
});
