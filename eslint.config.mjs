import * as effect from "@effect/eslint-plugin"
import simpleImportSort from "eslint-plugin-simple-import-sort"
import tseslint from "typescript-eslint"

const ambient = (selector, name, instead) => ({
  selector,
  message: `${name} escapes the fiber's services: ${instead}.`
})

export default tseslint.config(
  {
    ignores: [
      "dist/**",
      ".bench*/**",
      "coverage/**",
      "docs/**",
      "site/{dist,pages,.vitepress/cache}/**",
      "v4/{coverage,dist,examples,node_modules,src,test}/**"
    ]
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  tseslint.configs.recommended,
  effect.configs.dprint,
  {
    plugins: { "simple-import-sort": simpleImportSort },
    rules: {
      "@effect/dprint": ["error", {
        config: {
          indentWidth: 2,
          lineWidth: 120,
          semiColons: "asi",
          quoteStyle: "alwaysDouble",
          trailingCommas: "never",
          operatorPosition: "maintain",
          "arrowFunction.useParentheses": "force"
        }
      }],
      "simple-import-sort/imports": ["error", { groups: [["^\\u0000", "^@?\\w", "^\\.\\.", "^\\."]] }],
      "simple-import-sort/exports": "error",

      eqeqeq: "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "no-console": "error",
      "no-duplicate-imports": ["error", { allowSeparateTypeImports: true }],

      "@typescript-eslint/array-type": ["error", { default: "generic", readonly: "generic" }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", {
        args: "all",
        argsIgnorePattern: "^_",
        caughtErrorsIgnorePattern: "^_",
        destructuredArrayIgnorePattern: "^_",
        varsIgnorePattern: "^_"
      }],
      // Companion namespaces, `interface X extends Y {}` for short hovers and Effect's `{}` requirements are house style.
      "@typescript-eslint/no-empty-object-type": "off",
      "@typescript-eslint/no-namespace": "off"
    }
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        ambient(
          "MemberExpression[object.name='Date'][property.name='now']",
          "Date.now",
          "use the Clock"
        ),
        ambient(
          "MemberExpression[object.name='performance'][property.name='now']",
          "performance.now",
          "use the Clock"
        ),
        ambient(
          "MemberExpression[object.name='Math'][property.name='random']",
          "Math.random",
          "use Random"
        ),
        ambient(
          "NewExpression[callee.name='Date'][arguments.length=0]",
          "new Date()",
          "give it an instant of the Clock"
        ),
        ambient(
          "CallExpression[callee.name='Date']",
          "Date()",
          "give `new Date` an instant of the Clock"
        ),
        ...[
          "Literal[value=/^loom\\./]",
          "TemplateElement[value.raw=/^loom\\./]"
        ].map((selector) => ({
          selector,
          message: "Names that are emitted stand in records/vocabulary.ts: take this one from there."
        })),
        ...[
          "ExportNamedDeclaration[source.type='Literal'][exportKind='value']:not(:has(ExportSpecifier[exportKind='value']))",
          "ImportDeclaration[importKind='value'][specifiers.length>0]:not(:has(ImportSpecifier[importKind='value'],ImportNamespaceSpecifier,ImportDefaultSpecifier))"
        ].map((selector) => ({
          selector,
          message: "Only types, yet the module is loaded: write `import type` or `export type`."
        }))
      ]
    }
  },
  {
    // The one place of these names.
    files: ["src/records/vocabulary.ts"],
    rules: { "no-restricted-syntax": "off" }
  },
  {
    files: ["test/**", "examples/**", "site/**", "v4/port/**", ".ci/**", "*.{ts,mjs,cjs}"],
    rules: {
      "@typescript-eslint/no-explicit-any": "off",
      "no-console": "off"
    }
  },
  {
    files: ["**/*.cjs"],
    rules: { "@typescript-eslint/no-require-imports": "off" }
  }
)
