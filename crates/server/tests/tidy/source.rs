//! The project's own files, and the parts of them that a rule looks at.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file of the project.
pub struct Source {
    /// Path from the project's root, with `/`.
    pub path: String,
    /// All of it.
    pub text: String,
}

/// Folders that hold nothing written here.
const NOT_OURS: [&str; 9] = [
    ".git",
    "target",
    "node_modules",
    "dist",
    "data",
    "coverage",
    ".venv",
    "__pycache__",
    "corpus",
];

/// The project's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Every file below `folder` with one of these endings, sorted by path.
pub fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    walk(&root.join(folder), &mut |path| {
        let name = path.to_string_lossy().into_owned();
        if endings.iter().any(|ending| name.ends_with(ending)) {
            let path = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            found.push(Source {
                path,
                text: fs::read_to_string(name).unwrap(),
            });
        }
    });
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn walk(folder: &Path, visit: &mut impl FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !NOT_OURS.contains(&name.as_str()) {
            walk(&path, visit);
        } else if path.is_file() {
            visit(&path);
        }
    }
}

impl Source {
    /// Whether the whole file is test code.
    pub fn is_test(&self) -> bool {
        let folders = ["/tests/", "/testing/", "/e2e/", "/benches/", "/fuzz/"];
        let names = [
            "/tests.rs",
            "_tests.rs",
            "/testing.rs",
            ".test.ts",
            ".test.tsx",
            ".test.mjs",
        ];
        folders.iter().any(|folder| format!("/{}", self.path).contains(folder))
            || names.iter().any(|name| self.path.ends_with(name))
    }

    /// Numbered lines of what ships: comments and everything from the first `#[cfg(test)]` on a line of its own left out.
    pub fn shipped_lines(&self) -> Vec<(usize, &str)> {
        let end = self.test_start().unwrap_or(usize::MAX);
        self.code_lines()
            .into_iter()
            .filter(|(number, _)| !self.is_test() && *number < end)
            .collect()
    }

    /// Numbered lines of what is only for tests, comments left out.
    pub fn test_lines(&self) -> Vec<(usize, &str)> {
        let start = if self.is_test() {
            0
        } else {
            self.test_start().unwrap_or(usize::MAX)
        };
        self.code_lines()
            .into_iter()
            .filter(|(number, _)| *number >= start)
            .collect()
    }

    /// Where the module of unit tests starts that ends a Rust file.
    fn test_start(&self) -> Option<usize> {
        let lines: Vec<&str> = self.text.lines().collect();
        let starts =
            |window: &[&str]| window[0] == "#[cfg(test)]" && window[1].starts_with("mod ") && window[1].ends_with('{');
        lines.windows(2).position(starts).map(|index| index + 1)
    }

    fn code_lines(&self) -> Vec<(usize, &str)> {
        let comment = |line: &str| {
            ["//", "* ", "/*", "*/"]
                .iter()
                .any(|start| line.trim_start().starts_with(start))
        };
        (1..)
            .zip(self.text.lines())
            .filter(|(_, line)| !comment(line))
            .collect()
    }

    /// A place in this file, for a finding.
    pub fn at(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {}", self.path, what.trim())
    }
}
