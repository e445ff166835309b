/** The keys, in a native modal dialog: focus stays inside, Escape closes, focus returns where it was. */
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useActions, useApp } from '../../store/use-store';
import { IconButton } from '../shared/Button';
import { EDITOR_KEYS, KEY_BINDINGS, keyCap } from './keys';
import './help.css';

const GLOSSARY: readonly (readonly [string, string])[] = [
  ['vcpu', 'The virtual CPU: the guest\u2019s flags and registers as the hypervisor keeps them.'],
  ['spill', 'Where a translation puts a register aside while it borrows it.'],
  ['callout', 'A call from translated code into the hypervisor, through a gate to ring 0.'],
  ['dispatch', 'The callout that asks for the next block: found in the cache, or translated.'],
  ['lookup', 'Finding a block\u2019s translation by its guest address, without leaving ring 1.'],
  [
    'shadow',
    'The page tables the real CPU uses, made by the hypervisor from the guest\u2019s own.',
  ],
];

export function HelpDialog() {
  const open = useApp((s) => s.helpOpen);
  const { setHelpOpen } = useActions();
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a modal dialog natively; this is for the backdrop
    <dialog
      ref={dialog}
      className="help"
      aria-labelledby="help-title"
      onClose={() => setHelpOpen(false)}
      onClick={(event) => {
        if (event.target === dialog.current) setHelpOpen(false);
      }}
    >
      {open ? (
        <div className="help-body">
          <header>
            <h2 id="help-title">Keys</h2>
            <IconButton label="Close" tipSide="end" tipBelow onClick={() => setHelpOpen(false)}>
              <X size={16} aria-hidden="true" />
            </IconButton>
          </header>
          <dl>
            {KEY_BINDINGS.map((binding) => (
              <div key={binding.keys.join()}>
                <dt>
                  {binding.keys.map((key) => (
                    <kbd key={key}>{keyCap(key)}</kbd>
                  ))}
                </dt>
                <dd>
                  {binding.does}
                  {binding.focused ? <small> while the stage or timeline has focus</small> : null}
                </dd>
              </div>
            ))}
          </dl>
          <h3>In the workbench's editor</h3>
          <dl>
            {EDITOR_KEYS.map(({ keys, does }) => (
              <div key={keys.join()}>
                <dt>
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <h3>Words on the page</h3>
          <dl className="glossary">
            {GLOSSARY.map(([word, meaning]) => (
              <div key={word}>
                <dt>{word}</dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
          <p className="panel-note">
            Hold a step key to scrub. In the timeline, <kbd>+</kbd> <kbd>−</kbd> zoom and{' '}
            <kbd>0</kbd> shows the whole run. A lecturer's clicker sends <kbd>PgDn</kbd> and{' '}
            <kbd>PgUp</kbd>: at an open question the first <kbd>PgDn</kbd> reveals the answer, as
            Skip does, and the next one goes on.
          </p>
        </div>
      ) : null}
    </dialog>
  );
}
