import { lazy, memo, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { AgentDetail } from './detail/agent-detail.tsx';
import { ServiceDetail } from './detail/service-detail.tsx';
import { Header } from './header/header.tsx';
import { StaleBanner } from './header/stale-banner.tsx';
import { Home } from './home/home.tsx';
import { useAttention } from './home/use-attention.ts';
import { useFeed, useStaleSince } from './host-context.ts';
import { KeysDialog } from './keys/keys-dialog.tsx';
import { usePageKeys } from './keys/use-page-keys.ts';
import { ServiceList } from './list/service-list.tsx';
import { usePageTitle } from './page-title.ts';
import { useRoute } from './route.ts';
import { SignIn } from './sign-in/sign-in.tsx';
import { formatRoute } from './world/route.ts';
import type { Route } from './world/route.ts';
import { useAfterPaint } from './use-after-paint.ts';
import './style/layout.css';

const TimelinePage = lazy(async () => {
  const { TimelinePage: default_ } = await import('./timeline/view/timeline-page.tsx');
  return { default: default_ };
});

const Detail = memo(function Detail({ route }: { readonly route: Route }): ReactNode {
  switch (route.type) {
    case 'nothing':
      return <Home />;
    case 'timeline':
      return (
        <Suspense fallback={<p className="hint">Loading…</p>}>
          <TimelinePage />
        </Suspense>
      );
    case 'agent':
      return <AgentDetail key={route.id} id={route.id} />;
    case 'service':
      return <ServiceDetail key={route.id} id={route.id} tab={route.tab} />;
  }
});

/** Keeps the title of the tab; a component of its own, because it looks at everything and is rendered often. */
function Title({ route }: { readonly route: Route }): ReactNode {
  const { count } = useAttention();
  usePageTitle(route, count);
  return null;
}

/** Whether the list is shown on a screen that has no room for it next to the details; going somewhere closes it. */
function useListDrawer(route: Route): readonly [boolean, (isOpen: boolean) => void] {
  const shown = formatRoute(route);
  const [openAt, setOpenAt] = useState<string | null>(null);
  const setOpen = useCallback(
    (isOpen: boolean) => {
      setOpenAt(isOpen ? shown : null);
    },
    [shown],
  );
  return [openAt === shown, setOpen];
}

/** The page for a signed-in browser, or for a host without tokens. */
function SignedInPage(): ReactNode {
  const route = useRoute();
  const isStale = useStaleSince() !== null;
  const [isListOpen, setListOpen] = useListDrawer(route);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const filter = useRef<HTMLInputElement>(null);
  const [filterCalls, setFilterCalls] = useState(0);
  useEffect(() => {
    // Only now is it certain that the list is shown.
    if (filterCalls > 0) filter.current?.focus();
  }, [filterCalls]);
  usePageKeys({
    onFilter: useCallback(() => {
      setListOpen(true);
      setFilterCalls((calls) => calls + 1);
    }, [setListOpen]),
    onHelp: useCallback(() => {
      setHelpOpen(true);
    }, []),
  });
  // The list marks the selection at once; its details are rendered later, and can be interrupted by the next press.
  const shown = useAfterPaint(route);
  return (
    <div className="page" data-stale={isStale || undefined} data-list-open={isListOpen || undefined}>
      <Title route={route} />
      <Header isListOpen={isListOpen} onList={setListOpen} onKeys={setHelpOpen} />
      <StaleBanner />
      <ServiceList route={route} filterField={filter} />
      <main className="detail" aria-label="Detail">
        <Detail route={shown} />
      </main>
      <KeysDialog isOpen={isHelpOpen} onOpenChange={setHelpOpen} />
    </div>
  );
}

/** The whole page. */
export function App(): ReactNode {
  const isSignedOut = useFeed((feed) => feed.matches('signedOut'));
  return isSignedOut ? <SignIn /> : <SignedInPage />;
}
