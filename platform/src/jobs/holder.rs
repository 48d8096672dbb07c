//! Who holds a lease: written so that another process on the same machine can tell whether the holder still lives.
use std::fs;

/// `machine/space/process/start/token`: the boot of this machine, the space in which process numbers count (a
/// container has its own), the process and when it started, and what tells this holder from others of the process.
/// Where the system does not tell, only the token stays, and the lease has to run out.
pub(super) fn name(token: &str) -> String {
    match place() {
        Some((place, process, start)) => format!("{place}/{process}/{start}/{token}"),
        None => format!("?/{token}"),
    }
}

/// Whether the process behind that name is gone for certain. `false` if one cannot know.
pub(super) fn is_gone(name: &str) -> bool {
    let Some((here, ..)) = place() else { return false };
    let Some(rest) = name.strip_prefix(&here).and_then(|rest| rest.strip_prefix('/')) else {
        return false;
    };
    let mut parts = rest.split('/');
    let (Some(process), Some(start)) = (parts.next(), parts.next()) else { return false };
    started(process).is_none_or(|now| now != start)
}

fn place() -> Option<(String, u32, String)> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = fs::read_link("/proc/self/ns/pid").ok()?;
    let process = std::process::id();
    let start = started(&process.to_string())?;
    Some((format!("{}/{}", boot.trim(), space.to_str()?), process, start))
}

/// When a process started, in ticks since the boot: field 22 of its `stat` (proc(5)). `None` if it is gone.
fn started(process: &str) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold blanks and brackets itself, so count from the last one: fields 3 and on.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    // A zombie is dead, though its number is not free yet.
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    fields.nth(18).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_gone_when_its_process_is() {
        let own = name("a");
        assert!(!is_gone(&own), "{own}");
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let theirs = {
            let (place, _, _) = place().unwrap();
            let process = child.id().to_string();
            format!("{place}/{process}/{}/b", started(&process).unwrap())
        };
        assert!(!is_gone(&theirs));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(is_gone(&theirs));
    }

    #[test]
    fn of_another_machine_nothing_is_known() {
        for name in ["", "?/x", "another-boot/pid:[1]/1/1/x", "a/b/c"] {
            assert!(!is_gone(name), "{name}");
        }
        let (place, process, _) = place().unwrap();
        assert!(
            is_gone(&format!("{place}/{process}/0/x")),
            "the number was given to another process"
        );
    }
}
