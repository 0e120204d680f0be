import { opening, payment, statementOf, usage } from './account.fixture';
import { statementCsv, textCell } from './csv';
import { statementHtml } from './html';
import { statementText } from './text';

const [turned, escape] = ['\u202e', '\u001b'];
const evil = `<script>alert("1")</script>&${turned}${escape}[2J`;
const told = [
  { ...opening, data: { currency: 'EUR', name: evil } },
  payment('=HYPERLINK("x")', '10', { reference: '@sum(A1),"b"' }),
  usage('u', '12.5', { caller: '+49301', callee: '+441', attributes: { prefix: '-44' } }),
];

test('HTML: no text of others is mark-up, runs, or turns what stands beside it', async () => {
  const html = statementHtml(await statementOf(told));
  expect(html).not.toMatch(/<script|\shref=|\ssrc=/);
  for (const character of [turned, escape]) expect(html).not.toContain(character);
  expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;\ufffd\ufffd[2J (acme)');
  expect(html).toContain('<td class="amount">-12.5</td>');
  expect(html).toContain('<p class="draft">DRAFT, not closed');
});

test('CSV: no text of others is a formula to a spreadsheet, and amounts stay numbers', async () => {
  const [head = '', ...rows] = statementCsv(await statementOf(told)).split('\n');
  expect(head).toMatch(/^state,statement_id,row,account_id,currency,direction,day,/);
  expect(rows[1]).toMatch(/,payment,"'=HYPERLINK\(""x""\)",,"'@sum\(A1\),""b""",,,,,,10,10$/);
  expect(rows[2]).toMatch(/,usage,u,'-44,'\+49301 → \+441,,,,,,-12\.5,-2\.5$/);
  expect(rows.filter((row) => row !== '').every((row) => row.startsWith('draft,,'))).toBe(true);
});

test.each(['=1', '+a', '+1-2', '-1', '@a', '\ra', ' =1', '"=1', '\uff1d1', '+1;2'])('%j would be a formula', (text) => {
  expect(textCell(text)).toBe(`'${text}`);
});
test.each(['1', 'a=b', '', 'p-1', 'a;b', 'a; b-1', '+31612345678'])('%j would be none', (text) => {
  expect(textCell(text)).toBe(text);
});

test.each([
  ['a;=1', "a;'=1"],
  ['a; "+b";-c', 'a;\' "+b";\'-c'],
  ['a\t@b', "a\t'@b"],
  ['a\r\n=b', "a\r\n'=b"],
  ['\t=1', "'\t'=1"],
  ['a|=1', "a|'=1"],
])('%j was a formula to a spreadsheet that separates cells otherwise', (text, cell) => {
  expect(textCell(text)).toBe(cell);
});

test('text: aligned, with nothing that moves the cursor', async () => {
  const text = statementText(await statementOf(told));
  expect(text).not.toContain(escape);
  expect(text).toMatch(
    /^Statement of <script>.*\nDRAFT, not closed: [^]*\ninbound\nhappened +kind +id +prefix +about +effect +balance\n +opening +0\n[^]*opening 0 \+ payments 10 − usage 12\.5 \+ adjustments 0 = closing -2\.5\nprefix +calls +usage\n-44 +1 +12\.5\nday/,
  );
});
