import { PDFArray, type PDFDict, type PDFDocument, PDFHexString, PDFName, PDFNumber, type PDFRef } from 'pdf-lib';

export type Role =
  | 'Document'
  | 'Sect'
  | 'H1'
  | 'H2'
  | 'H3'
  | 'P'
  | 'Table'
  | 'TR'
  | 'TH'
  | 'TD'
  | 'Figure'
  | 'Form'
  | 'L'
  | 'LI'
  | 'LBody';

/** A node of the structure tree; an artifact has none. */
export type Element = { readonly ref: PDFRef; readonly dict: PDFDict; readonly kids: PDFArray; readonly role: Role };

export type TagTree = {
  readonly root: Element;
  add(
    role: Role,
    parent: Element,
    options?: { scope?: 'Column' | 'Row'; alt?: string; box?: readonly number[] },
  ): Element;
  /** Number under which a piece of marked content on this page belongs to the element. */
  mark(element: Element, page: PDFRef): number;
  /** Puts an annotation into the tree; returns its key in the parent tree. */
  annotate(element: Element, page: PDFRef, annotation: PDFRef): number;
  /** Writes the tree into the catalog. Nothing may be marked afterwards. */
  finish(pages: readonly { ref: PDFRef; node: PDFDict }[]): void;
};

/** Structure tree of a tagged PDF (ISO 32000-1, 14.7). */
export function createTagTree(document: PDFDocument): TagTree {
  const { context } = document;
  const treeRef = context.nextRef();
  const marks = new Map<PDFRef, Element[]>();
  const annotations: { element: Element; key: number }[] = [];
  // Above any page number.
  const firstAnnotationKey = 1_000_000;

  const create = (role: Role, parent: PDFRef): Element => {
    const kids = context.obj([]);
    const dict = context.obj({ Type: 'StructElem', S: role, P: parent, K: kids });
    return { ref: context.register(dict), dict, kids, role };
  };
  const root = create('Document', treeRef);

  return {
    root,
    add: (role, parent, options = {}) => {
      const element = create(role, parent.ref);
      parent.kids.push(element.ref);
      if (options.scope) element.dict.set(PDFName.of('A'), context.obj({ O: 'Table', Scope: options.scope }));
      if (options.alt) element.dict.set(PDFName.of('Alt'), PDFHexString.fromText(options.alt));
      if (options.box) {
        const layout = context.obj({ O: 'Layout', BBox: [...options.box], Placement: 'Block' });
        element.dict.set(PDFName.of('A'), layout);
      }
      return element;
    },
    mark: (element, page) => {
      const onPage = marks.get(page) ?? [];
      marks.set(page, onPage);
      const id = onPage.length;
      onPage.push(element);
      const home = element.dict.get(PDFName.of('Pg'));
      if (!home) element.dict.set(PDFName.of('Pg'), page);
      if (!home || home === page) element.kids.push(PDFNumber.of(id));
      else element.kids.push(context.obj({ Type: 'MCR', Pg: page, MCID: id }));
      return id;
    },
    annotate: (element, page, annotation) => {
      const key = firstAnnotationKey + annotations.length;
      annotations.push({ element, key });
      element.dict.set(PDFName.of('Pg'), page);
      element.kids.push(context.obj({ Type: 'OBJR', Obj: annotation, Pg: page }));
      return key;
    },
    finish: pages => {
      const numbers = PDFArray.withContext(context);
      pages.forEach((page, index) => {
        page.node.set(PDFName.of('StructParents'), PDFNumber.of(index));
        numbers.push(PDFNumber.of(index));
        numbers.push(context.obj((marks.get(page.ref) ?? []).map(element => element.ref)));
      });
      for (const { element, key } of annotations) {
        numbers.push(PDFNumber.of(key));
        numbers.push(element.ref);
      }
      const next = firstAnnotationKey + annotations.length;
      const parentTree = context.register(context.obj({ Nums: numbers }));
      context.assign(
        treeRef,
        context.obj({ Type: 'StructTreeRoot', K: [root.ref], ParentTree: parentTree, ParentTreeNextKey: next }),
      );
      document.catalog.set(PDFName.of('StructTreeRoot'), treeRef);
      document.catalog.set(PDFName.of('MarkInfo'), context.obj({ Marked: true }));
    },
  };
}
