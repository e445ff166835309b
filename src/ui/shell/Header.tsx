/** The top bar: name, lesson menu, guest, theme, help. Only what exists is offered. */
import { CircleHelp, CornerUpLeft, FolderOpen, Moon, PanelLeft, Sun } from 'lucide-react';
import { useRef } from 'react';
import { LESSONS } from '../../lessons/lessons';
import { guestFromFile } from '../../store/guest-file';
import { lessonApplies } from '../../store/lesson-actions';
import { useActions, useApp } from '../../store/use-store';
import { Button, IconButton } from '../shared/Button';
import { Select } from '../shared/Select';
import { Logo } from './Logo';

/** Guests that ship with Ringside, by the name the session knows them under. */
const SHIPPED_GUESTS = ['hello-rings'] as const;

function LessonMenu() {
  const lesson = useApp((s) => (lessonApplies(s) ? s.lesson : null));
  const { openLesson, closeLesson } = useActions();
  return (
    <Select
      plain
      label="Lesson"
      className="lesson-menu"
      value={lesson?.id ?? ''}
      options={[
        ...LESSONS.map((l) => ({ value: l.id, label: l.title })),
        { value: '', label: 'No lesson: explore freely' },
      ]}
      onChange={(id) => {
        if (id) void openLesson(id);
        else closeLesson();
      }}
    />
  );
}

function GuestMenu() {
  const world = useApp((s) => s.world);
  const { openGuest } = useActions();
  const file = useRef<HTMLInputElement>(null);
  const own = world && world.guest.kind !== 'shipped' ? world.guest.name : null;
  const current = world?.guest.name ?? SHIPPED_GUESTS[0];
  return (
    <>
      <Select
        label="Guest"
        className="guest-menu"
        value={current}
        options={[
          ...SHIPPED_GUESTS.map((name) => ({ value: name as string, label: `Guest: ${name}` })),
          ...(own ? [{ value: own, label: `Guest: ${own}` }] : []),
        ]}
        onChange={(name) => {
          if (name !== own) void openGuest({ kind: 'shipped', name });
        }}
      />
      <Button
        className="open-guest"
        aria-label="Open guest…"
        title="Open assembly source (.asm) or a Multiboot ELF file"
        onClick={() => file.current?.click()}
      >
        <FolderOpen size={15} aria-hidden="true" />
        <span>Open guest…</span>
      </Button>
      <input
        ref={file}
        type="file"
        hidden
        aria-label="Guest file: assembly or Multiboot ELF"
        data-testid="guest-file"
        onChange={async (event) => {
          const input = event.currentTarget;
          const chosen = input.files?.[0];
          if (!chosen) return;
          const bytes = new Uint8Array(await chosen.arrayBuffer());
          // The same file may be chosen again after it was mended.
          input.value = '';
          void openGuest(guestFromFile(chosen.name, bytes));
        }}
      />
    </>
  );
}

export interface HeaderProps {
  readonly lessonShown: boolean;
  readonly onToggleLesson: () => void;
}

export function Header({ lessonShown, onToggleLesson }: HeaderProps) {
  const hasLesson = useApp(lessonApplies);
  const left = useApp((s) => (s.lesson !== null && !lessonApplies(s) ? s.lesson : null));
  const { returnToLessonStep } = useActions();
  const theme = useApp((s) => s.theme);
  const { setTheme, setHelpOpen } = useActions();
  return (
    <header className="header">
      <h1 className="brand">
        <Logo />
        Ringside
      </h1>
      <span className="header-lesson">
        {hasLesson ? (
          <IconButton
            label={lessonShown ? 'Hide the lesson' : 'Show the lesson'}
            className="quiet"
            tipBelow
            aria-pressed={lessonShown}
            onClick={onToggleLesson}
          >
            <PanelLeft size={16} aria-hidden="true" />
          </IconButton>
        ) : null}
        <LessonMenu />
        {left ? (
          <Button
            className="lesson-back"
            title={`The lesson was put away when another guest was opened. Opens its own guest again, at step ${left.step + 1}.`}
            onClick={() => void returnToLessonStep()}
          >
            <CornerUpLeft size={14} aria-hidden="true" /> Back to the lesson
          </Button>
        ) : null}
      </span>
      <span className="header-tools">
        <GuestMenu />
        <IconButton
          label={theme === 'dark' ? 'Light colours' : 'Dark colours'}
          keyHint="t"
          tipBelow
          tipSide="end"
          onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}
        >
          {theme === 'dark' ? (
            <Sun size={16} aria-hidden="true" />
          ) : (
            <Moon size={16} aria-hidden="true" />
          )}
        </IconButton>
        <IconButton
          label="Keys"
          keyHint="?"
          tipBelow
          tipSide="end"
          onClick={() => setHelpOpen(true)}
        >
          <CircleHelp size={16} aria-hidden="true" />
        </IconButton>
      </span>
    </header>
  );
}
