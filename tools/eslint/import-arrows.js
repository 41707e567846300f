import { join, posix, relative, sep } from 'node:path';
import { arrowProblem } from './arrows.js';

const sourceRoot = join(import.meta.dirname, '../../packages/selfsame/src');

/**
 * ESLint rule: imports between folders of packages/selfsame/src follow the table in arrows.js.
 * @type {import('eslint').Rule.RuleModule}
 */
export const importArrows = {
  meta: {
    type: 'problem',
    schema: [],
    docs: { description: 'imports between folders point one way' },
  },
  create(context) {
    const file = relative(sourceRoot, context.filename).split(sep).join('/');
    if (file.startsWith('..')) return {};
    const from = file.replace(/\.(test\.)?ts$/, '');

    /**
     * @param {import('estree').Node} node
     * @param {unknown} specifier
     * @param {boolean} asType
     */
    const check = (node, specifier, asType) => {
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return;
      const to = posix.join(posix.dirname(file), specifier);
      if (to.startsWith('..')) {
        context.report({ node, message: `${specifier} is outside packages/selfsame/src` });
        return;
      }
      const problem = arrowProblem(from, to, asType);
      if (problem !== undefined) context.report({ node, message: problem });
    };
    /** @param {any} node */
    const checkDeclaration = (node) => {
      if (!node.source) return;
      const specifiers = node.specifiers ?? [];
      const asType =
        node.importKind === 'type' ||
        node.exportKind === 'type' ||
        (specifiers.length > 0 &&
          specifiers.every(
            (/** @type {any} */ one) => one.importKind === 'type' || one.exportKind === 'type',
          ));
      check(node, node.source.value, asType);
    };
    return {
      ImportDeclaration: checkDeclaration,
      ExportNamedDeclaration: checkDeclaration,
      ExportAllDeclaration: checkDeclaration,
      /** @param {any} node */
      ImportExpression: (node) => check(node, node.source.value, false),
      /** @param {any} node */
      TSImportType: (node) =>
        check(node, node.source?.value ?? node.argument?.literal?.value, true),
    };
  },
};
