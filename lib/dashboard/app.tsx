import { memo, useDeferredValue } from 'react';
import type { ReactNode } from 'react';
import { AgentDetail } from './detail/agent-detail.tsx';
import { ServiceDetail } from './detail/service-detail.tsx';
import { Header } from './header/header.tsx';
import { StaleBanner } from './header/stale-banner.tsx';
import { Home } from './home/home.tsx';
import { useAttention } from './home/use-attention.ts';
import { useFeed, useStaleSince } from './host-context.ts';
import { ServiceList } from './list/service-list.tsx';
import { usePageTitle } from './page-title.ts';
import { useRoute } from './route.ts';
import { SignIn } from './sign-in/sign-in.tsx';
import type { Route } from './world/route.ts';
import './style/layout.css';

const Detail = memo(function Detail({ route }: { readonly route: Route }): ReactNode {
  switch (route.type) {
    case 'nothing':
      return <Home />;
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

/** The page for a signed-in browser, or for a host without tokens. */
function SignedInPage(): ReactNode {
  const route = useRoute();
  const isStale = useStaleSince() !== null;
  // The list marks the selection at once; its details are rendered later, and can be interrupted by the next press.
  const shown = useDeferredValue(route);
  return (
    <div className="page" data-stale={isStale || undefined}>
      <Title route={route} />
      <Header />
      <StaleBanner />
      <ServiceList route={route} />
      <main className="detail" aria-label="Detail">
        <Detail route={shown} />
      </main>
    </div>
  );
}

/** The whole page. */
export function App(): ReactNode {
  const isSignedOut = useFeed((feed) => feed.matches('signedOut'));
  return isSignedOut ? <SignIn /> : <SignedInPage />;
}
