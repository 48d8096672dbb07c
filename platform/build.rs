//! Says in one sentence what to do when the assets have not been built.

use std::path::Path;

/// What the pages ask for; `src/assets.rs` embeds it.
const BUILT: [&str; 5] = ["app.css", "app.js", "theme.js", "icons.svg", "favicon.svg"];

fn main() {
    let folder = Path::new("../assets/dist");
    for name in BUILT {
        println!("cargo::rerun-if-changed=../assets/dist/{name}");
    }
    if let Some(missing) = BUILT.iter().find(|name| !folder.join(name).is_file()) {
        println!(
            "cargo::error=assets/dist/{missing} is missing: run `make assets` (it needs Node 20 and npm), then build again"
        );
    }
}
