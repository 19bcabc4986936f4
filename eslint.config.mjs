import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: [".gen/", "cdktf.out/", "coverage/", "node_modules/", "**/*.js", "**/*.mjs"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      // A construct is made for what its constructor adds to the tree.
      "@typescript-eslint/no-extraneous-class": "off",
      "no-new": "off",
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_", argsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "separate-type-imports" }],
      complexity: ["error", 15],
      "max-lines-per-function": ["error", { max: 60, skipComments: true, skipBlankLines: true }],
    },
  },
  {
    files: ["__tests__/**"],
    rules: { "max-lines-per-function": "off" },
  },
);
