/**
 * Opens the Stately inspector in a frame or a window and passes on to it what the host sends over its WebSocket. The connection to the
 * host is opened each time the inspector says that it is there, so that an inspector that was loaded anew gets everything anew.
 */
const CONNECTED = '@statelyai.connected';
const PATIENCE_MS = 8_000;
const FIRST_RETRY_MS = 500;
const SLOWEST_RETRY_MS = 5_000;
const LOOK_MS = 500;

const url = document.body.dataset.inspectorUrl;
const { origin } = new URL(url);
const element = (id) => document.getElementById(id);
const view = element('view');

/** The window that the inspector runs in; null: none is open. */
let target = null;
let popup = null;
let patience = null;
let socket = null;
let retry = null;
let retryMs = FIRST_RETRY_MS;
/** The actors that the inspector was told of, by session id, with the id of their root. */
const actors = new Map();

function say(id, text) {
  element(id).textContent = text;
}

function note(text) {
  element('note').textContent = text ?? '';
  element('note').hidden = text === null;
}

function countActors() {
  say('actors', String(actors.size));
}

function disconnect() {
  clearTimeout(retry);
  const former = socket;
  socket = null;
  former?.close();
}

/** Tells the inspector of the end of actors whose host is gone: its next life has actors of its own. */
function endActorsOfOthers({ rootId, createdAt, _version }) {
  for (const [sessionId, itsRoot] of actors) {
    if (itsRoot === rootId) continue;
    actors.delete(sessionId);
    const common = { sessionId, rootId: itsRoot, createdAt, id: null, _version };
    const event = { type: 'inspector.host_gone' };
    target.postMessage({ type: '@xstate.snapshot', ...common, event, snapshot: { status: 'stopped' } }, origin);
  }
}

function pass(message) {
  if (message.type === '@xstate.actor') {
    if (!actors.has(message.sessionId)) endActorsOfOthers(message);
    actors.set(message.sessionId, message.rootId);
  } else if (message.type === '@xstate.snapshot' && message.snapshot.status !== 'active') {
    actors.delete(message.sessionId);
  }
  target.postMessage(message, origin);
  countActors();
}

/** Why the host let nobody in, which browsers do not tell: the same path says it to a plain request. */
async function refusal() {
  const answer = await fetch('/inspector/ws').catch(() => null);
  if (answer?.status === 401) return 'wants a token that this browser does not have; sign in and load this page again';
  return answer === null || answer.status === 426 ? null : `refused the connection (${answer.status})`;
}

async function connectLater(event, wasOpen) {
  const reason = event.reason === '' && !wasOpen ? await refusal() : event.reason;
  if (socket !== null || target === null) return;
  say('host', reason ? `${reason} Trying again.` : 'does not answer; trying again');
  clearTimeout(retry);
  retry = setTimeout(connect, retryMs);
  retryMs = Math.min(retryMs * 2, SLOWEST_RETRY_MS);
}

function connect() {
  disconnect();
  say('host', 'connecting…');
  const mine = new WebSocket(new URL('/inspector/ws', location.href.replace(/^http/, 'ws')));
  let isOpen = false;
  socket = mine;
  mine.addEventListener('open', () => {
    isOpen = true;
    retryMs = FIRST_RETRY_MS;
    if (socket === mine) say('host', 'connected');
  });
  mine.addEventListener('message', ({ data }) => {
    if (socket === mine) pass(JSON.parse(data));
  });
  mine.addEventListener('close', (event) => {
    if (socket !== mine) return;
    socket = null;
    void connectLater(event, isOpen);
  });
}

/** Waits for the inspector in another window than before, or in one that loads anew. */
function expectInspector(next) {
  disconnect();
  target = next;
  actors.clear();
  countActors();
  note(null);
  say('inspector', 'opening…');
  say('host', 'waits for the inspector');
  clearTimeout(patience);
  patience = setTimeout(() => {
    say('inspector', 'does not answer');
    note(
      `The inspector at ${origin} does not answer. If this machine cannot reach it, the dashboard at /ui needs no other host, and ` +
        '--inspector-url names another inspector. If it can, its page may not like being in a frame: open it in a window.',
    );
  }, PATIENCE_MS);
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
    note('The browser kept the window from opening; allow this page to open windows, then press the button again.');
    return;
  }
  popup = opened;
  view.hidden = true;
  view.removeAttribute('src');
  element('frame').hidden = false;
  expectInspector(popup);
}

function lookAtPopup() {
  if (!popup?.closed) return;
  popup = null;
  target = null;
  disconnect();
  clearTimeout(patience);
  say('inspector', 'its window was closed');
  say('host', 'not connected');
}

addEventListener('message', (event) => {
  if (target === null || event.source !== target || event.origin !== origin || event.data?.type !== CONNECTED) return;
  clearTimeout(patience);
  note(null);
  say('inspector', 'open');
  actors.clear(); // it knows none yet
  connect();
});
element('popup').addEventListener('click', showPopup);
element('frame').addEventListener('click', showFrame);
element('reload').addEventListener('click', () => {
  if (popup === null) showFrame();
  else showPopup();
});
setInterval(lookAtPopup, LOOK_MS);
showFrame();
