import { memo, useDeferredValue } from 'react';
import type { ReactNode } from 'react';
import { AgentDetail } from './detail/agent-detail.tsx';
import { HostDetail } from './detail/host-detail.tsx';
import { ServiceDetail } from './detail/service-detail.tsx';
import { Header } from './header/header.tsx';
import { useFeed } from './host-context.ts';
import { ServiceList } from './list/service-list.tsx';
import { useRoute } from './route.ts';
import { SignIn } from './sign-in/sign-in.tsx';
import type { Route } from './world/route.ts';
import './style/layout.css';

const Detail = memo(function Detail({ route }: { readonly route: Route }): ReactNode {
  switch (route.type) {
    case 'nothing':
      return <HostDetail />;
    case 'agent':
      return <AgentDetail key={route.id} id={route.id} />;
    case 'service':
      return <ServiceDetail key={route.id} id={route.id} tab={route.tab} />;
  }
});

/** The page for a signed-in browser, or for a host without tokens. */
function SignedInPage(): ReactNode {
  const route = useRoute();
  // The list marks the selection at once; its details are rendered later, and can be interrupted by the next press.
  const shown = useDeferredValue(route);
  return (
    <div className="page">
      <Header />
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
