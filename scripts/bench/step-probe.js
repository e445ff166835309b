/**
 * Runs in the page that is measured, as it stands here: plain JavaScript, because whatever compiles TypeScript may
 * add helpers that the page does not have. It gives the page `window.stepProbe`, declared in `page.ts`.
 *
 * A change is painted at the end of the next frame; a message posted in that frame's animation callback arrives
 * just after it.
 */
(() => {
  /** @typedef {{ painted: number, idle: number, changes: number }} StepTimes */
  const root = document.documentElement;
  let pressed = 0;
  let painted = 0;
  let changes = 0;
  let sawBusy = false;
  /** @type {(times: StepTimes) => void} */
  let finish = () => {};
  /** @type {Promise<StepTimes>} */
  let finished;

  /** @param {() => void} then */
  const afterNextFrame = (then) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = then;
      channel.port2.postMessage(null);
    });
  };

  addEventListener(
    'keydown',
    (event) => {
      if (pressed === 0) pressed = event.timeStamp;
    },
    { capture: true },
  );

  new MutationObserver(() => {
    if (pressed === 0) return;
    changes++;
    afterNextFrame(() => {
      painted = performance.now();
    });
  }).observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  });

  new MutationObserver(() => {
    if (pressed === 0) return;
    if (root.dataset.idle !== 'true') {
      sawBusy = true;
    } else if (sawBusy) {
      requestAnimationFrame(() =>
        afterNextFrame(() => {
          finish({ painted: painted - pressed, idle: performance.now() - pressed, changes });
        }),
      );
    }
  }).observe(root, { attributes: true, attributeFilter: ['data-idle'] });

  window.stepProbe = {
    arm() {
      pressed = 0;
      painted = 0;
      changes = 0;
      sawBusy = false;
      finished = new Promise((resolve) => {
        finish = resolve;
      });
    },
    result: () => finished,
  };
})();
