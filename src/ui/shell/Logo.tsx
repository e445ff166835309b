/** Three rings around the hardware: ring 3 outside, ring 1, ring 0. */
export function Logo() {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <circle cx="12" cy="12" r="10" stroke="var(--ring3)" strokeWidth="2.4" />
      <circle cx="12" cy="12" r="6.2" stroke="var(--ring1)" strokeWidth="2.4" />
      <circle cx="12" cy="12" r="3" fill="var(--ring0)" />
    </svg>
  );
}
