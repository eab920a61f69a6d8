import { useCallback, useEffect, useRef, useState } from 'react';
import type { ReactNode, RefObject } from 'react';
import { Button } from 'react-aria-components';
import { svgOf } from './safe-svg.ts';
import './drawing.css';

const SIZES = [0.3, 0.4, 0.55, 0.8, 1, 1.25, 1.5, 2] as const;
/** At this size, the smallest text of a drawing is as big as that of the page. */
const READABLE = 5;
/** The biggest size to fit a small drawing to its frame. */
const MAX_FIT = 1.5;

/** A fitted drawing leaves some of its frame free: the fonts of a browser may be wider than those that it was laid out with. */
const FIT_SHARE = 0.95;

/** The position in the list of sizes, or whatever shows the whole drawing. */
type Size = number | 'fit';

interface DrawingProps {
  /** An SVG from the host. */
  readonly svg: string;
  /** The accessible name of the frame. */
  readonly label: string;
  /** Highlights parts of the drawing; called after each change. Returns the element to bring into view. */
  readonly decorate: (svg: SVGSVGElement) => Element | null;
  readonly onChoose?: (chosen: Element) => void;
}

/** Scrolls an element into the middle of its frame, without scrolling the page. */
function center(frame: HTMLElement, element: Element): void {
  const outer = frame.getBoundingClientRect();
  const inner = element.getBoundingClientRect();
  frame.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
  frame.scrollTop += inner.top + inner.height / 2 - (outer.top + outer.height / 2);
}

function scaleOf(
  size: Size,
  frame: HTMLElement,
  { width, height }: { readonly width: number; readonly height: number },
): number {
  if (size !== 'fit') return SIZES[size] ?? 1;
  const whole = Math.min(frame.clientWidth / width, frame.clientHeight / height);
  return Math.min(MAX_FIT, FIT_SHARE * whole);
}

/** Nothing is laid out again for the same size. */
function resizeTo(element: SVGSVGElement, size: { readonly width: string; readonly height: string }): void {
  if (element.getAttribute('width') !== size.width) element.setAttribute('width', size.width);
  if (element.getAttribute('height') !== size.height) element.setAttribute('height', size.height);
}

interface ZoomProps {
  readonly size: Size;
  readonly onSize: (size: Size) => void;
  /** Null: the browser has no full screen. */
  readonly fullScreen: FullScreen | null;
}

function Zoom({ size, onSize, fullScreen }: ZoomProps): ReactNode {
  const step = size === 'fit' ? READABLE : size;
  return (
    <div className="zoom" role="group" aria-label="Size of the drawing">
      <Button
        className="button"
        aria-label="Smaller"
        isDisabled={step === 0}
        onPress={() => {
          onSize(step - 1);
        }}
      >
        −
      </Button>
      <Button
        className="button"
        aria-label="Larger"
        isDisabled={step === SIZES.length - 1}
        onPress={() => {
          onSize(step + 1);
        }}
      >
        +
      </Button>
      <Button
        className="button"
        aria-pressed={size === 'fit'}
        onPress={() => {
          onSize(size === 'fit' ? READABLE : 'fit');
        }}
      >
        Fit
      </Button>
      {fullScreen === null ? null : (
        <Button className="button" aria-pressed={fullScreen.isFull} onPress={fullScreen.toggle}>
          Full screen
        </Button>
      )}
    </div>
  );
}

interface FullScreen {
  readonly isFull: boolean;
  readonly toggle: () => void;
}

/** Shows an element on the full screen; Escape ends that. Null: the browser cannot. */
function useFullScreen(element: RefObject<HTMLElement | null>): FullScreen | null {
  const [isFull, setFull] = useState(false);
  useEffect(() => {
    const update = (): void => {
      setFull(document.fullscreenElement !== null && document.fullscreenElement === element.current);
    };
    document.addEventListener('fullscreenchange', update);
    return () => {
      document.removeEventListener('fullscreenchange', update);
    };
  }, [element]);
  const toggle = useCallback(() => {
    // Both reject if the browser does not allow it now; then the drawing stays as it is.
    const change =
      document.fullscreenElement === null ? element.current?.requestFullscreen() : document.exitFullscreen();
    change?.catch(() => undefined);
  }, [element]);
  return document.fullscreenEnabled ? { isFull, toggle } : null;
}

/** A drawing from the host in a scrollable frame. */
export function Drawing({ svg, label, decorate, onChoose }: DrawingProps): ReactNode {
  const whole = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const drawn = useRef<{ readonly text: string; readonly element: SVGSVGElement } | null>(null);
  const [size, setSize] = useState<Size>(READABLE);
  const fullScreen = useFullScreen(whole);
  useEffect(() => {
    const box = frame.current;
    if (box === null) return undefined;
    if (drawn.current?.text !== svg) {
      drawn.current = { text: svg, element: svgOf(svg) };
      box.replaceChildren(drawn.current.element);
    }
    const { element } = drawn.current;
    const resize = (): void => {
      const { width, height } = element.viewBox.baseVal;
      const scale = scaleOf(size, box, { width, height });
      resizeTo(element, { width: String(width * scale), height: String(height * scale) });
    };
    const inView = decorate(element);
    // Also called at the beginning, and when a frame that was hidden is shown.
    const observer = new ResizeObserver(() => {
      resize();
      if (inView !== null) center(box, inView);
    });
    observer.observe(box);
    return () => {
      observer.disconnect();
    };
  }, [svg, decorate, size]);
  return (
    <div ref={whole} className="drawing">
      <Zoom size={size} onSize={setSize} fullScreen={fullScreen} />
      <div
        ref={frame}
        className={size === 'fit' ? 'drawing-frame is-fitted' : 'drawing-frame'}
        role="region"
        aria-label={label}
        tabIndex={0}
        onClick={({ target }) => {
          if (target instanceof Element) onChoose?.(target);
        }}
      />
    </div>
  );
}
