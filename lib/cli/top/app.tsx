import { Box, Text, useInput, type Key } from 'ink';
import type { ReactNode } from 'react';
import { plain } from '../../frontend/words/visible.ts';
import { dialogOf, dialogWidth } from './dialogs.ts';
import { keyLine } from './keys.ts';
import { contentOf, type ScreenFacts } from './screen-content.ts';

/** Lines as they are, each cut to the width that there is. */
function Lines({ lines }: { readonly lines: readonly string[] }): ReactNode {
  // Lines have no identity of their own.
  return lines.map((line, at) => (
    <Text key={at} wrap="truncate-end">
      {line === '' ? ' ' : line}
    </Text>
  ));
}

/** The view, or the dialog in its place. */
function Body(facts: ScreenFacts & { readonly lines: readonly string[] }): ReactNode {
  const dialog = dialogOf(facts);
  if (dialog === null) return <Lines lines={facts.lines} />;
  const { context } = facts.snapshot;
  return (
    <Box flexGrow={1} alignItems="center" justifyContent="center">
      <Box borderStyle="round" flexDirection="column" paddingX={1} width={dialogWidth(context).box}>
        <Lines lines={[facts.site.colors.bold(dialog.title), ...dialog.lines]} />
      </Box>
    </Box>
  );
}

/** What became of a command, and the keys. */
function Foot({ snapshot, site: { colors } }: ScreenFacts): ReactNode {
  const { outcome } = snapshot.context;
  const said = outcome === null ? '' : plain(outcome.sentence);
  return <Lines lines={[outcome?.isRefused === true ? colors.red(said) : said, colors.dim(keyLine(snapshot))]} />;
}

interface AppProps extends ScreenFacts {
  readonly onInput: (input: string, key: Key) => void;
}

/** The whole terminal. */
export function App({ onInput, ...facts }: AppProps): ReactNode {
  useInput(onInput);
  const { columns, rows } = facts.snapshot.context.size;
  const { head, body } = contentOf(facts);
  return (
    <Box width={columns} height={rows} flexDirection="column" overflow="hidden">
      <Box flexDirection="column" flexShrink={0}>
        <Lines lines={head} />
      </Box>
      <Box flexDirection="column" flexGrow={1} overflow="hidden">
        <Body {...facts} lines={body} />
      </Box>
      <Box flexDirection="column" flexShrink={0}>
        <Foot {...facts} />
      </Box>
    </Box>
  );
}
