import ts from 'typescript';

/** One way to switch a check off. */
export interface Mutant {
  /** From 1, in the order of the files and of the places in them. */
  readonly id: number;
  /** Path below the folder that is tested, with `/`. */
  readonly file: string;
  /** What names the mutant however lines move: file, function, operator and text, and which of several equals. */
  readonly key: string;
  /** Line in the file, from 1, for reading only. */
  readonly line: number;
}

export interface Instrumented {
  /** The source with every mutant in it, each behind `__mutant(id)`. */
  readonly text: string;
  readonly mutants: readonly Mutant[];
}

/** Calls that answer a question: their answer is replaced by yes and by no. */
const questions = /^(?:verify|equal|same|includes|has|some|every|test|startsWith|endsWith|is[A-Z])/;

const comparisons: ReadonlyMap<ts.SyntaxKind, string | undefined> = new Map([
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, undefined],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, undefined],
  [ts.SyntaxKind.InstanceOfKeyword, undefined],
  [ts.SyntaxKind.InKeyword, undefined],
]);

/**
 * Puts every mutant of a source file into it (mutation schemata: Untch, Offutt, Harrold 1993), so that one
 * compiled copy is all of them: `__mutant(id)` is true in a run that tests mutant `id`.
 *
 * - `never`, `always`: the condition of an `if` or `while`, or of `?:`, has one answer
 * - `without`: one side of `&&` or `||` is left out; a statement that only calls is not run; a regular
 *   expression loses its `^` or its `$`
 * - `bound`: `<` for `<=` and the like
 * - `yes`, `no`: a comparison, a negation, or a question (`includes`, `verify…`, `is…`) elsewhere has one answer
 */
export function instrument(source: string, file: string, firstId = 1): Instrumented {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TS);
  const mutants: Mutant[] = [];
  const counts = new Map<string, number>();

  /** The call that switches a new mutant. */
  const switchOf = (node: ts.Node, operator: string, shown: ts.Node = node): string => {
    const start = shown.getStart(tree);
    const text = source.slice(start, shown.end).replace(/\s+/g, ' ').slice(0, 160);
    const name = `${file} ${functionName(node)} ${operator}: ${text}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const id = firstId + mutants.length;
    const line = tree.getLineAndCharacterOfPosition(start).line + 1;
    mutants.push({ id, file, key: count === 1 ? name : `${name} #${count}`, line });
    return `__mutant(${id})`;
  };

  const render = (node: ts.Node): string => {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node.getText(tree);
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
      return node.getText(tree);
    if (ts.isBinaryExpression(node) && isLogical(node)) return wrap(node, sides(node));
    let at = node.getStart(tree);
    let text = '';
    ts.forEachChild(node, (child) => {
      const start = child.getStart(tree);
      text += source.slice(at, start) + render(child);
      at = child.end;
    });
    return wrap(node, text + source.slice(at, node.end));
  };

  const wrap = (node: ts.Node, text: string): string => {
    let wrapped = text;
    if (ts.isBinaryExpression(node)) wrapped = bounds(node, wrapped);
    if (ts.isRegularExpressionLiteral(node)) wrapped = regularExpression(node, wrapped);
    if (ts.isExpressionStatement(node) && ts.isCallExpression(unwrapped(node.expression))) {
      return `{ if (!${switchOf(node, 'without')}) { ${wrapped} } }`;
    }
    if (!ts.isExpression(node)) return wrapped;
    const { parent } = node;
    if (ts.isIfStatement(parent) && parent.expression === node) {
      wrapped = `!${switchOf(node, 'never')} && (${wrapped})`;
      if (!ts.isThrowStatement(onlyStatement(parent.thenStatement))) {
        wrapped = `${switchOf(node, 'always')} || (${wrapped})`;
      }
      return wrapped;
    }
    if (ts.isWhileStatement(parent) && parent.expression === node) {
      return `!${switchOf(node, 'never')} && (${wrapped})`;
    }
    if (ts.isConditionalExpression(parent) && parent.condition === node) {
      if (isOrder(parent)) return wrapped;
      const never = switchOf(node, 'never');
      return `(${switchOf(node, 'always')} || (!${never} && (${wrapped})))`;
    }
    if (isAnswer(node) && !isPartOfCondition(node)) {
      const no = switchOf(node, 'no');
      return `(${switchOf(node, 'yes')} || (!${no} && (${wrapped})))`;
    }
    return wrapped;
  };

  /** Both sides of `&&` or `||`. A side may narrow a type for the other one, which then fails: that is seen too. */
  const sides = (node: ts.BinaryExpression): string => {
    const isAnd = node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
    const part = (side: ts.Expression): string => {
      const off = switchOf(node, 'without', side);
      return isAnd ? `(${off} || (${render(side)}))` : `(!${off} && (${render(side)}))`;
    };
    return `(${part(node.left)} ${isAnd ? '&&' : '||'} ${part(node.right)})`;
  };

  const bounds = (node: ts.BinaryExpression, text: string): string => {
    const { left, right, operatorToken } = node;
    const other = comparisons.get(operatorToken.kind);
    const { parent } = node;
    const inHeader = ts.isForStatement(parent) && parent.condition === node;
    if (other === undefined || inHeader || (ts.isConditionalExpression(parent) && isOrder(parent)))
      return text;
    const bound = switchOf(node, 'bound');
    return `(${bound} ? (${left.getText(tree)}) ${other} (${right.getText(tree)}) : (${text}))`;
  };

  const regularExpression = (node: ts.RegularExpressionLiteral, text: string): string => {
    const { pattern = '', flags = '' } =
      /^\/(?<pattern>.*)\/(?<flags>[a-z]*)$/s.exec(text)?.groups ?? {};
    let wrapped = text;
    if (pattern.startsWith('^')) {
      wrapped = `(${switchOf(node, 'without ^')} ? /${pattern.slice(1)}/${flags} : ${wrapped})`;
    }
    if (/(?<!\\)\$$/.test(pattern)) {
      wrapped = `(${switchOf(node, 'without $')} ? /${pattern.slice(0, -1)}/${flags} : ${wrapped})`;
    }
    return wrapped;
  };

  return { text: render(tree), mutants };
}

function isLogical({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
}

/** `a < b ? -1 : 1`, which sorts and checks nothing. */
function isOrder({ whenTrue, whenFalse, parent }: ts.ConditionalExpression): boolean {
  if ([whenTrue, whenFalse].some((node) => node.getText() === '-1')) return true;
  return ts.isConditionalExpression(parent) && isOrder(parent);
}

function isAnswer(node: ts.Expression): boolean {
  if (ts.isBinaryExpression(node)) return comparisons.has(node.operatorToken.kind);
  if (ts.isPrefixUnaryExpression(node)) return node.operator === ts.SyntaxKind.ExclamationToken;
  if (!ts.isCallExpression(node)) return false;
  const { expression } = node;
  const name = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
  return ts.isIdentifier(name) && questions.test(name.text);
}

/** Where mutants of the whole condition are this one's, or where it is no expression of its own. */
function isPartOfCondition(node: ts.Expression): boolean {
  let parent = node.parent;
  while (ts.isParenthesizedExpression(parent)) parent = parent.parent;
  if (ts.isBinaryExpression(parent)) {
    return isLogical(parent);
  }
  return (
    ts.isIfStatement(parent) ||
    ts.isWhileStatement(parent) ||
    ts.isForStatement(parent) ||
    ts.isPrefixUnaryExpression(parent) ||
    ts.isExpressionStatement(parent) ||
    ts.isPropertyAccessExpression(parent) ||
    ts.isElementAccessExpression(parent) ||
    ts.isNonNullExpression(parent) ||
    (ts.isCallExpression(parent) && parent.expression === node) ||
    (ts.isConditionalExpression(parent) && parent.condition === node)
  );
}

function onlyStatement(node: ts.Statement): ts.Statement {
  if (!ts.isBlock(node)) return node;
  return node.statements.length === 1 ? (node.statements[0] ?? node) : node;
}

function unwrapped(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) || ts.isAwaitExpression(node)
    ? unwrapped(node.expression)
    : node;
}

/** The nearest function with a name; for what is in none, the constant or `module`. */
function functionName(node: ts.Node): string {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    if (ts.isConstructorDeclaration(at)) return `${className(at)}constructor`;
    if (ts.isFunctionDeclaration(at) && at.name !== undefined) return at.name.text;
    if (ts.isMethodDeclaration(at) || ts.isGetAccessor(at))
      return className(at) + at.name.getText();
    if (ts.isVariableDeclaration(at) && (isTop(at) || isFunction(at.initializer))) {
      return at.name.getText();
    }
  }
  return 'module';
}

function className({ parent }: ts.Node): string {
  return ts.isClassDeclaration(parent) && parent.name !== undefined ? `${parent.name.text}.` : '';
}

function isTop({ parent }: ts.VariableDeclaration): boolean {
  return ts.isSourceFile(parent.parent.parent);
}

function isFunction(node: ts.Node | undefined): boolean {
  return node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));
}
