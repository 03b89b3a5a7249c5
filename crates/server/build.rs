//! Makes sure that the folder of the built client is there, empty if need be.
//!
//! A debug build reads the client from disk, and looks the folder up once, when the server is compiled: one that was made only later
//! would never be found.

use std::path::Path;

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    std::fs::create_dir_all(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist"))
}
