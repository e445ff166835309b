/** Wiring: mounts the page. */
import { createRoot } from 'react-dom/client';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(<h1>Ringside</h1>);
document.documentElement.dataset.idle = 'true';
