/** The top bar: name, lesson menu, guest, theme, help. Only what exists is offered. */
import {
  ChevronDown,
  CircleHelp,
  CornerUpLeft,
  FolderOpen,
  Moon,
  PanelLeft,
  Sun,
} from 'lucide-react';
import { useRef } from 'react';
import { LESSONS } from '../../lessons/lessons';
import type { Mode } from '../../store/debug-state';
import { useEditor, useEditorActions } from '../../store/editor/use-editor';
import { lessonApplies } from '../../store/lesson-actions';
import { useActions, useApp } from '../../store/use-store';
import { FilePicker } from '../library';
import { Button, IconButton } from '../shared/Button';
import { Select } from '../shared/Select';
import { Switch } from '../shared/Switch';
import { Logo } from './Logo';

const MODES: readonly { readonly value: Mode; readonly label: string }[] = [
  { value: 'stage', label: 'Stage' },
  { value: 'workbench', label: 'Workbench' },
];

function ModeSwitch() {
  const mode = useApp((s) => s.mode);
  const { setMode } = useActions();
  return (
    <Switch label="View" className="mode-switch" value={mode} options={MODES} onChange={setMode} />
  );
}

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

/** One's own guest by the name it was given, others by the name of their file. */
function useGuestName(): string | null {
  const world = useApp((s) => s.world);
  return useEditor((s) => {
    const own = world?.guest.kind === 'shipped' ? null : (s.run?.id ?? null);
    const known = s.run?.main === world?.guest.name && s.own.find(({ id }) => id === own);
    return (known ? known.name : world?.guest.name) ?? null;
  });
}

function GuestMenu() {
  const name = useGuestName();
  const { setLibraryOpen } = useEditorActions();
  const files = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        className="guest-menu"
        aria-haspopup="dialog"
        title="Shipped guests and your own"
        onClick={() => setLibraryOpen(true)}
      >
        <span>{name ? `Guest: ${name}` : 'Guests'}</span>
        <ChevronDown size={14} aria-hidden="true" />
      </Button>
      <Button
        className="open-guest"
        aria-label="Open files…"
        title="Open assembly source with its includes, an ELF kernel, a flat binary, a boot sector, a disk or ROM image"
        onClick={() => files.current?.click()}
      >
        <FolderOpen size={15} aria-hidden="true" />
        <span>Open files…</span>
      </Button>
      <FilePicker ref={files} label="Files of a guest" testId="guest-file" />
    </>
  );
}

export interface HeaderProps {
  readonly lessonShown: boolean;
  readonly onToggleLesson: () => void;
}

export function Header({ lessonShown, onToggleLesson }: HeaderProps) {
  const hasLesson = useApp(lessonApplies);
  const onStage = useApp((s) => s.mode === 'stage');
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
      <ModeSwitch />
      <span className="header-lesson">
        {hasLesson && onStage ? (
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
        {onStage ? <LessonMenu /> : null}
        {left && onStage ? (
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
