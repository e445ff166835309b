/** What an expression says, as a tree. Columns are 1-based. */

export type UnaryOperator = '-' | '+' | '~' | '!';

export type BinaryOperator =
  | ('||' | '&&')
  | ('==' | '!=' | '<' | '<=' | '>' | '>=')
  | ('|' | '^' | '&' | '<<' | '>>')
  | ('+' | '-' | '*' | '/' | '//' | '%' | '%%');

export type Size = 8 | 16 | 32;

export type Tree =
  | { readonly kind: 'number'; readonly value: number; readonly column: number }
  | {
      readonly kind: 'name';
      readonly name: string;
      readonly escaped: boolean;
      readonly column: number;
    }
  | {
      readonly kind: 'memory';
      readonly size: Size;
      readonly space: 'virtual' | 'physical';
      /** `es` in `[es:edi]`: its base is added; null: a linear address. */
      readonly segment: string | null;
      readonly address: Tree;
      readonly column: number;
    }
  | {
      readonly kind: 'unary';
      readonly operator: UnaryOperator;
      readonly operand: Tree;
      readonly column: number;
    }
  | { readonly kind: 'signed'; readonly operand: Tree; readonly column: number }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Tree;
      readonly right: Tree;
      readonly column: number;
    };
