/**
 * Opens the Stately inspector in a frame or a window and forwards to it what the host sends over its WebSocket. The
 * connection to the host is opened each time the inspector reports that it has loaded, so that a reloaded inspector
 * receives everything again.
 */
const CONNECTED = '@statelyai.connected';
const LOAD_TIMEOUT_MS = 8_000;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 5_000;
const POPUP_CHECK_MS = 500;

const url = document.body.dataset.inspectorUrl;
const { origin } = new URL(url);
const element = (id) => document.getElementById(id);
const view = element('view');

/** The window of the inspector; null: none is open. */
let target = null;
let popup = null;
let loadTimeout = null;
let socket = null;
let retry = null;
let retryMs = FIRST_RETRY_MS;
/** The session ids of the actors sent to the inspector, with the id of their root. */
const actors = new Map();

function setText(id, text) {
  element(id).textContent = text;
}

function note(text) {
  element('note').textContent = text ?? '';
  element('note').hidden = text === null;
}

function countActors() {
  setText('actors', String(actors.size));
}

function disconnect() {
  clearTimeout(retry);
  const former = socket;
  socket = null;
  former?.close();
}

/** The run of the host that an actor belongs to. */
function runOf(id) {
  return id.split('/')[0];
}

/** Reports to the inspector that the actors of an earlier host have ended: a new host has its own actors. */
function endActorsOfOtherRuns({ rootId, createdAt, _version }) {
  for (const [sessionId, itsRoot] of actors) {
    if (runOf(itsRoot) === runOf(rootId)) continue;
    actors.delete(sessionId);
    const common = { sessionId, rootId: itsRoot, createdAt, id: null, _version };
    const event = { type: 'inspector.host_gone' };
    target.postMessage({ type: '@xstate.snapshot', ...common, event, snapshot: { status: 'stopped' } }, origin);
  }
}

function forward(message) {
  if (message.type === '@xstate.actor') {
    if (!actors.has(message.sessionId)) endActorsOfOtherRuns(message);
    actors.set(message.sessionId, message.rootId);
  } else if (message.type === '@xstate.snapshot' && message.snapshot.status !== 'active') {
    actors.delete(message.sessionId);
  }
  target.postMessage(message, origin);
  countActors();
}

/** Why the host rejected the connection. Browsers hide that, but a plain request to the same path shows it. */
async function rejectionReason() {
  const answer = await fetch('/inspector/ws').catch(() => null);
  if (answer?.status === 401) return 'requires a token that this browser does not have. Sign in and reload this page.';
  return answer === null || answer.status === 426 ? null : `rejected the connection (${answer.status}).`;
}

async function connectLater(event, wasOpen) {
  const reason = event.reason === '' && !wasOpen ? await rejectionReason() : event.reason;
  if (socket !== null || target === null) return;
  setText('host', reason ? `${reason} Trying again.` : 'does not answer. Trying again.');
  clearTimeout(retry);
  retry = setTimeout(connect, retryMs);
  retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
}

function connect() {
  disconnect();
  setText('host', 'connecting…');
  const mine = new WebSocket(new URL('/inspector/ws', location.href.replace(/^http/, 'ws')));
  let isOpen = false;
  socket = mine;
  mine.addEventListener('open', () => {
    isOpen = true;
    retryMs = FIRST_RETRY_MS;
    if (socket === mine) setText('host', 'connected');
  });
  mine.addEventListener('message', ({ data }) => {
    if (socket === mine) forward(JSON.parse(data));
  });
  mine.addEventListener('close', (event) => {
    if (socket !== mine) return;
    socket = null;
    void connectLater(event, isOpen);
  });
}

/** Waits for the inspector in a new window or frame, or in one that reloads. */
function expectInspector(next) {
  disconnect();
  target = next;
  actors.clear();
  countActors();
  note(null);
  setText('inspector', 'opening…');
  setText('host', 'waiting for the inspector');
  clearTimeout(loadTimeout);
  loadTimeout = setTimeout(() => {
    setText('inspector', 'does not answer');
    note(
      `The inspector at ${origin} does not answer. If this machine cannot reach it, use the inspector of the host at /inspector, or start the host with ` +
        '--inspector-url to use another inspector. If it can, the inspector may not work in a frame: open it in a window.',
    );
  }, LOAD_TIMEOUT_MS);
}

function showFrame() {
  popup?.close();
  popup = null;
  view.hidden = false;
  element('frame').hidden = true;
  view.src = url;
  expectInspector(view.contentWindow);
}

function showPopup() {
  const opened = window.open(url, 'coredinator-inspector', 'popup,width=1400,height=900');
  if (opened === null) {
    note('The browser blocked the window. Allow pop-ups for this page, then press the button again.');
    return;
  }
  popup = opened;
  view.hidden = true;
  view.removeAttribute('src');
  element('frame').hidden = false;
  expectInspector(popup);
}

function checkPopup() {
  if (!popup?.closed) return;
  popup = null;
  target = null;
  disconnect();
  clearTimeout(loadTimeout);
  setText('inspector', 'its window was closed');
  setText('host', 'not connected');
}

addEventListener('message', (event) => {
  if (target === null || event.source !== target || event.origin !== origin || event.data?.type !== CONNECTED) return;
  clearTimeout(loadTimeout);
  note(null);
  setText('inspector', 'open');
  actors.clear(); // the new inspector knows none yet
  connect();
});
element('popup').addEventListener('click', showPopup);
element('frame').addEventListener('click', showFrame);
element('reload').addEventListener('click', () => {
  if (popup === null) showFrame();
  else showPopup();
});
setInterval(checkPopup, POPUP_CHECK_MS);
showFrame();
