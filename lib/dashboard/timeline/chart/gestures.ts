/** What fingers, mouse and wheel do on a chart; x and y are in CSS pixels from its corner. */
export interface Gestures {
  /** The chart is dragged by so many pixels. */
  readonly onPan: (byX: number) => void;
  /** It becomes longer or shorter by a factor, around a point that keeps its place. */
  readonly onZoom: (x: number, factor: number) => void;
  /** A part is marked, from where it began to where the pointer is. */
  readonly onBrush: (fromX: number, toX: number, isDone: boolean) => void;
  readonly onPress: (x: number, y: number) => void;
  readonly onHover: (x: number, y: number) => void;
  /** Dragging marks a part, also without Shift. */
  readonly isBrush: () => boolean;
}

/** A pointer that moved less than this was pressed, not dragged. */
const PRESS_PX = 4;
const ZOOM_PER_PIXEL = 1.0025;

interface Pointer {
  readonly begunX: number;
  x: number;
  y: number;
}

/** Listens for gestures on an element, until the function that it returns is called. */
export function listenForGestures(element: HTMLElement, gestures: Gestures): () => void {
  const pointers = new Map<number, Pointer>();
  let drag: 'none' | 'pressed' | 'pan' | 'brush' | 'pinch' = 'none';

  const placeOf = ({ clientX, clientY }: MouseEvent): { x: number; y: number } => {
    const { left, top } = element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const distance = (): number => {
    const [one, other] = [...pointers.values()];
    return one === undefined || other === undefined ? 1 : Math.max(10, Math.abs(one.x - other.x));
  };
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const { x, y } = placeOf(event);
    pointers.set(event.pointerId, { begunX: x, x, y });
    element.setPointerCapture(event.pointerId);
    drag = pointers.size > 1 ? 'pinch' : 'pressed';
  };
  const onMove = (event: PointerEvent): void => {
    const place = placeOf(event);
    const pointer = pointers.get(event.pointerId);
    if (pointer === undefined) {
      gestures.onHover(place.x, place.y);
      return;
    }
    const before = pointer.x;
    const wide = distance();
    pointer.x = place.x;
    pointer.y = place.y;
    if (drag === 'pressed' && Math.abs(place.x - pointer.begunX) >= PRESS_PX) {
      drag = event.shiftKey || gestures.isBrush() ? 'brush' : 'pan';
    }
    if (drag === 'pan') gestures.onPan(place.x - before);
    if (drag === 'brush') gestures.onBrush(pointer.begunX, place.x, false);
    if (drag === 'pinch') {
      const xs = [...pointers.values()].map(({ x }) => x);
      gestures.onZoom(xs.reduce((sum, x) => sum + x, 0) / xs.length, wide / distance());
    }
  };
  const onUp = (event: PointerEvent): void => {
    const pointer = pointers.get(event.pointerId);
    if (pointer === undefined) return;
    pointers.delete(event.pointerId);
    if (drag === 'pressed' && event.type === 'pointerup') gestures.onPress(pointer.x, pointer.y);
    if (drag === 'brush') gestures.onBrush(pointer.begunX, pointer.x, true);
    drag = 'none';
  };
  const onWheel = (event: WheelEvent): void => {
    const { deltaX, deltaY, ctrlKey, metaKey, shiftKey } = event;
    if (ctrlKey || metaKey) {
      event.preventDefault();
      gestures.onZoom(placeOf(event).x, ZOOM_PER_PIXEL ** deltaY);
    } else if (shiftKey || Math.abs(deltaX) > Math.abs(deltaY)) {
      event.preventDefault();
      gestures.onPan(-(deltaX === 0 ? deltaY : deltaX));
    }
  };

  element.addEventListener('pointerdown', onDown);
  element.addEventListener('pointermove', onMove);
  element.addEventListener('pointerup', onUp);
  element.addEventListener('pointercancel', onUp);
  element.addEventListener('wheel', onWheel, { passive: false });
  return () => {
    element.removeEventListener('pointerdown', onDown);
    element.removeEventListener('pointermove', onMove);
    element.removeEventListener('pointerup', onUp);
    element.removeEventListener('pointercancel', onUp);
    element.removeEventListener('wheel', onWheel);
  };
}
