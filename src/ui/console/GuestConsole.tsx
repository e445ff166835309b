/** The console wired to the store: what is typed goes to the guest, and the keyboard field takes the focus when it is wanted. */
import type { MachineView } from '../../session/view';
import { useActions, useApp } from '../../store/use-store';
import { ConsolePanel } from './ConsolePanel';

export function GuestConsole({ view }: { readonly view: MachineView }) {
  const { input, keyboardGiven } = useActions();
  const keyboardWanted = useApp((s) => s.keyboardWanted);
  return (
    <div className="panel-pad">
      <ConsolePanel
        view={view}
        onInput={input}
        keyboardWanted={keyboardWanted}
        onKeyboardGiven={keyboardGiven}
      />
    </div>
  );
}
