import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { svgOf } from './safe-svg.ts';
import './drawing.css';

const SIZES = [0.3, 0.4, 0.55, 0.8, 1, 1.25, 1.5] as const;
const DEFAULT_SIZE = 3;

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

function Zoom({ size, onSize }: { readonly size: number; readonly onSize: (size: number) => void }): ReactNode {
  return (
    <div className="zoom" role="group" aria-label="Size of the drawing">
      <Button
        className="button"
        aria-label="Smaller"
        isDisabled={size === 0}
        onPress={() => {
          onSize(size - 1);
        }}
      >
        −
      </Button>
      <Button
        className="button"
        aria-label="Larger"
        isDisabled={size === SIZES.length - 1}
        onPress={() => {
          onSize(size + 1);
        }}
      >
        +
      </Button>
    </div>
  );
}

/** A drawing from the host in a scrollable frame. */
export function Drawing({ svg, label, decorate, onChoose }: DrawingProps): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const drawn = useRef<{ readonly text: string; readonly element: SVGSVGElement } | null>(null);
  const [size, setSize] = useState(DEFAULT_SIZE);
  useEffect(() => {
    if (frame.current === null) return;
    if (drawn.current?.text !== svg) {
      drawn.current = { text: svg, element: svgOf(svg) };
      frame.current.replaceChildren(drawn.current.element);
    }
    const { element } = drawn.current;
    const { width, height } = element.viewBox.baseVal;
    const scale = SIZES[size] ?? 1;
    element.setAttribute('width', String(width * scale));
    element.setAttribute('height', String(height * scale));
    const inView = decorate(element);
    if (inView !== null) center(frame.current, inView);
  }, [svg, decorate, size]);
  return (
    <div className="drawing">
      <Zoom size={size} onSize={setSize} />
      <div
        ref={frame}
        className="drawing-frame"
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
