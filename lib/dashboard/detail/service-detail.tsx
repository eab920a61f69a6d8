import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { ServiceView } from '../../api/schemas/service.ts';
import { Commands } from '../command/commands.tsx';
import { useWorld } from '../host-context.ts';
import { goTo } from '../route.ts';
import { StateBadge } from '../words/state-badge.tsx';
import { SERVICE_TABS } from '../world/route.ts';
import type { ServiceTab } from '../world/route.ts';
import { Dependencies } from './dependencies/dependencies.tsx';
import { LazyHistory } from './history/lazy-history.tsx';
import { LogTab } from './logs/view/log-tab.tsx';
import { Overview } from './overview/overview.tsx';
import { Resources } from './resources/resources.tsx';
import { ServiceFacts } from './service-facts.tsx';
import { ServiceSituation } from './service-situation.tsx';
import './detail.css';

const TITLES: Readonly<Record<ServiceTab, string>> = {
  overview: 'Overview',
  history: 'History',
  logs: 'Logs',
  resources: 'Resources',
  dependencies: 'Dependencies',
};

function TabContent({ tab, service }: { readonly tab: ServiceTab; readonly service: ServiceView }): ReactNode {
  switch (tab) {
    case 'overview':
      return <Overview service={service} />;
    case 'logs':
      return <LogTab service={service} />;
    case 'resources':
      return <Resources id={service.id} />;
    case 'history':
      return <LazyHistory subject={{ type: 'service', view: service }} />;
    case 'dependencies':
      return <Dependencies service={service} />;
  }
}

function isTab(key: unknown): key is ServiceTab {
  return SERVICE_TABS.some((tab) => tab === key);
}

interface ServiceDetailProps {
  readonly id: string;
  readonly tab: ServiceTab;
}

/** A service: its situation, its commands and its tabs. */
export function ServiceDetail({ id, tab }: ServiceDetailProps): ReactNode {
  const service = useWorld((world) => world.services.get(id));
  const isKnown = useWorld((world) => world.health !== null);
  if (service === undefined) {
    return <p className="hint">{isKnown ? `There is no service “${id}” on this host.` : 'Loading…'}</p>;
  }
  return (
    <article className={tab === 'logs' ? 'thing thing-filled' : 'thing'}>
      <div className="thing-head">
        <h2>{service.id}</h2>
        <StateBadge state={service.state} more={service.substate} isInDoubt={service.doubt !== null} />
        <Commands target={{ type: 'service', view: service }} />
      </div>
      <ServiceSituation service={service} />
      <ServiceFacts service={service} />
      <Tabs
        className="tabs"
        selectedKey={tab}
        onSelectionChange={(key) => {
          if (isTab(key)) goTo({ type: 'service', id, tab: key });
        }}
      >
        <TabList className="tab-list" aria-label={`Details of ${id}`}>
          {SERVICE_TABS.map((one) => (
            <Tab key={one} id={one} className="tab">
              {TITLES[one]}
            </Tab>
          ))}
        </TabList>
        {SERVICE_TABS.map((one) => (
          <TabPanel key={one} id={one} className="tab-panel">
            <TabContent tab={one} service={service} />
          </TabPanel>
        ))}
      </Tabs>
    </article>
  );
}
