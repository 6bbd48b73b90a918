// SPDX-License-Identifier: MIT
//! Sealed projects: nobody can change them, and a descriptor is all that is handed over.

mod common;

use common::{is_child, segment_of, this_test, words, TestStore};
use cuteshm::{Error, Lifetime, Mode, Order, Project, Store};
use ndarray::{arr2, Array1};
use rustix::fs::{fcntl_add_seals, memfd_create, MemfdFlags, SealFlags};
use rustix::net::{recvmsg, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags};
use rustix::net::{sendmsg, SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use std::fs::{self, File, OpenOptions};
use std::io::{IoSlice, IoSliceMut, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

fn sealed(store: &Store) -> Project {
    let image = arr2(&[[1.0f32, 2.0], [3.0, 4.0]]);
    store.create("p").sealed(true).array("b/image", &image).attr("b/image", "unit", "mm").publish().unwrap()
}

/// What every holder of the project must see.
fn check(project: &Project) {
    assert_eq!(project.get("b/image").unwrap().view::<f32>().unwrap().sum(), 10.0);
    assert_eq!(project.attr("b/image", "unit").unwrap().text().unwrap(), "mm");
    let info = project.info().unwrap();
    assert_eq!((info.project, info.sealed, info.lifetime), ("p", true, Lifetime::LastUser));
}

#[test]
fn a_sealed_project_is_in_no_store_and_goes_by_its_descriptor() {
    let store = TestStore::new();
    let project = sealed(&store);
    check(&project);
    assert!(store.projects().unwrap().is_empty() && !store.root().unwrap().exists());
    words(store.attach("p"), &["\"p\""]);
    let fd = project.export_fd().unwrap();
    let array = project.get("b/image").unwrap();
    drop(project);
    let again = Project::from_fd(&fd).unwrap();
    drop(fd);
    check(&again);
    assert_eq!(array.view::<f32>().unwrap().sum(), 10.0);
    // Two of one name are two projects: there is no name to fight for.
    let other = store.create("p").sealed(true).publish().unwrap();
    assert_ne!(other.info().unwrap().generation, again.info().unwrap().generation);
}

#[test]
fn nobody_can_write_cut_or_grow_it() {
    let store = TestStore::new();
    let project = sealed(&store);
    let fd = project.export_fd().unwrap();
    let own = format!("/proc/self/fd/{}", fd.as_raw_fd());
    assert!(OpenOptions::new().write(true).open(&own).and_then(|file| file.write_at(b"x", 0)).is_err());
    assert!(OpenOptions::new().write(true).open(&own).and_then(|file| file.set_len(0)).is_err());
    assert!(OpenOptions::new().write(true).open(&own).and_then(|file| file.set_len(1 << 30)).is_err());
    assert!(File::from(fd.try_clone().unwrap()).write_at(b"x", 0).is_err());
    words(project.get_mut("b/image"), &["read-only"]);
    check(&project);
}

#[test]
fn a_private_attachment_of_it_has_a_copy_of_its_own() {
    let store = TestStore::new();
    let project = sealed(&store);
    let fd = project.export_fd().unwrap();
    let mine = Project::from_fd_private(&fd).unwrap();
    assert_eq!(mine.mode(), Mode::Private);
    mine.get_mut("b/image").unwrap().view_mut::<f32>().unwrap().fill(7.0);
    assert_eq!(mine.get("b/image").unwrap().view::<f32>().unwrap().sum(), 28.0);
    check(&project);
    check(&Project::from_fd_private(&fd).unwrap());
}

#[test]
fn what_has_no_meaning_for_a_sealed_project_is_refused() {
    let store = TestStore::new();
    let refused = |result, word| {
        let error = words(result, &["'p'", "sealed", word]);
        assert!(matches!(error, Error::InvalidArgument(_)), "{error:?}");
    };
    refused(store.create("p").sealed(true).overwrite(true).publish(), "overwrite");
    for lifetime in [Lifetime::Persistent, Lifetime::Owner, Lifetime::LastUser] {
        refused(store.create("p").lifetime(lifetime).sealed(true).publish(), "lifetime");
    }
    assert!(!store.create("p").sealed(true).sealed(false).overwrite(true).publish().unwrap().info().unwrap().sealed);
}

#[test]
fn there_is_no_newer_one_and_an_open_one_has_no_descriptor() {
    let store = TestStore::new();
    let project = sealed(&store);
    assert!(matches!(project.reattach(), Err(Error::Unsupported(_))));
    let open = store.create("open").publish().unwrap();
    assert!(matches!(words(open.export_fd(), &["open"]), Error::State(_)));
}

#[test]
fn it_is_filled_in_place_and_sealed_once_nobody_can_write() {
    let store = TestStore::new();
    let reserve = || store.create("p").sealed(true).reserve("x", "<i8", &[1000], Order::C).allocate().unwrap();
    let mut reserved = reserve();
    reserved.view_mut::<i64>("x").unwrap().fill(3);
    assert_eq!(reserved.publish().unwrap().get("x").unwrap().view::<i64>().unwrap().sum(), 3000);

    let reserved = reserve();
    // SAFETY: no other view is taken.
    let built = unsafe { reserved.attach() }.unwrap();
    built.get_mut("x").unwrap().view_mut::<i64>().unwrap().fill(4);
    drop(built);
    assert_eq!(reserved.publish().unwrap().get("x").unwrap().view::<i64>().unwrap().sum(), 4000);

    let reserved = reserve();
    // SAFETY: as above.
    let built = unsafe { reserved.attach() }.unwrap();
    let mut held = built.get_mut("x").unwrap();
    drop(built);
    assert!(matches!(reserved.publish(), Err(Error::State(_))));
    held.view_mut::<i64>().unwrap().fill(5); // memory that nobody else will see
}

/// The bytes of the segment.
fn bytes_of(project: &Project) -> Vec<u8> {
    let fd = project.export_fd().unwrap();
    fs::read(format!("/proc/self/fd/{}", fd.as_raw_fd())).unwrap()
}

/// A memory file with these bytes and seals.
fn memory_file(bytes: &[u8], seals: SealFlags) -> OwnedFd {
    let mut file = File::from(memfd_create("copy", MemfdFlags::ALLOW_SEALING | MemfdFlags::CLOEXEC).unwrap());
    file.write_all(bytes).unwrap();
    fcntl_add_seals(&file, seals).unwrap();
    file.into()
}

#[test]
fn what_is_not_sealed_in_full_is_refused() {
    let store = TestStore::new();
    let bytes = bytes_of(&sealed(&store));
    let (shrink, grow, write) = (SealFlags::SHRINK, SealFlags::GROW, SealFlags::WRITE);
    // FUTURE_WRITE leaves writable mappings that were there before: whoever gave it may hold one.
    for few in
        [SealFlags::empty(), shrink | grow, shrink | write, grow | write, shrink | grow | SealFlags::FUTURE_WRITE]
    {
        let error = words(Project::from_fd(memory_file(&bytes, few)), &["seal"]);
        assert!(matches!(error, Error::Permission(_)), "{few:?}: {error:?}");
    }
    check(&Project::from_fd(memory_file(&bytes, shrink | grow | write)).unwrap());
}

#[test]
fn a_descriptor_of_something_else_is_refused() {
    let store = TestStore::new();
    let all = SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE;
    assert!(matches!(Project::from_fd(memory_file(b"", all)), Err(Error::Corrupt(_))));
    assert!(matches!(Project::from_fd(memory_file(&[7; 1 << 16], all)), Err(Error::Corrupt(_))));
    let cut = memory_file(&bytes_of(&sealed(&store))[..5000], all);
    assert!(matches!(Project::from_fd(cut), Err(Error::Corrupt(_))));
    let (socket, _other) = UnixStream::pair().unwrap();
    let null = File::open("/dev/null").unwrap();
    let published = File::open(segment_of(&store.create("open").publish().unwrap())).unwrap();
    for fd in [socket.as_fd(), null.as_fd(), published.as_fd(), File::open(".").unwrap().as_fd()] {
        let error = Project::from_fd(fd).expect_err("no sealed memory");
        assert!(matches!(error, Error::Permission(_) | Error::Corrupt(_)), "{error:?}");
    }
}

fn send(socket: &UnixStream, fd: BorrowedFd<'_>) {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let (mut buffer, fds) = (SendAncillaryBuffer::new(&mut space), [fd]);
    assert!(buffer.push(SendAncillaryMessage::ScmRights(&fds)));
    assert_eq!(sendmsg(socket, &[IoSlice::new(b"p")], &mut buffer, SendFlags::empty()).unwrap(), 1);
}

fn receive(socket: BorrowedFd<'_>) -> OwnedFd {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let (mut buffer, mut byte) = (RecvAncillaryBuffer::new(&mut space), [0]);
    recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut buffer, RecvFlags::CMSG_CLOEXEC).unwrap();
    let Some(RecvAncillaryMessage::ScmRights(mut fds)) = buffer.drain().next() else { panic!("no descriptor came") };
    fds.next().unwrap()
}

#[test]
fn it_goes_through_a_socket_to_another_process() {
    if is_child() {
        check(&Project::from_fd(receive(std::io::stdin().as_fd())).unwrap());
        return;
    }
    let store = TestStore::new();
    let (socket, others) = UnixStream::pair().unwrap();
    let child = with_stdin("it_goes_through_a_socket_to_another_process", OwnedFd::from(others));
    let project = sealed(&store);
    send(&socket, project.export_fd().unwrap().as_fd());
    drop(project);
    succeeds(child);
}

#[test]
fn it_goes_as_standard_input_to_another_process() {
    if is_child() {
        check(&Project::from_fd(std::io::stdin()).unwrap());
        return;
    }
    let store = TestStore::new();
    let fd = sealed(&store).export_fd().unwrap();
    succeeds(with_stdin("it_goes_as_standard_input_to_another_process", fd));
}

#[test]
fn it_goes_by_the_name_of_a_descriptor_of_this_process() {
    if is_child() {
        check(&Project::from_fd(File::open(std::env::var_os("CUTESHM_TEST_FD").unwrap()).unwrap()).unwrap());
        return;
    }
    let store = TestStore::new();
    let fd = sealed(&store).export_fd().unwrap();
    let path = format!("/proc/{}/fd/{}", std::process::id(), fd.as_raw_fd());
    let mut command = this_test("it_goes_by_the_name_of_a_descriptor_of_this_process");
    succeeds(command.env("CUTESHM_TEST_FD", path).spawn().unwrap());
}

#[test]
fn a_program_that_was_not_given_the_descriptor_has_none() {
    let store = TestStore::new();
    let project = sealed(&store);
    let _fd = project.export_fd().unwrap();
    let name = project.info().unwrap().segment;
    assert!(name.contains('p'), "{name}");
    let list = Command::new("ls").args(["-l", "/proc/self/fd"]).output().unwrap();
    assert!(list.status.success() && !String::from_utf8_lossy(&list.stdout).contains("memfd"), "{list:?}");
}

/// Runs a test of this program in another process, with that standard input.
fn with_stdin(test: &str, stdin: impl Into<Stdio>) -> Child {
    this_test(test).stdin(stdin).spawn().unwrap()
}

fn succeeds(child: Child) {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
}

#[test]
fn its_memory_is_given_back_with_the_last_handle() {
    let store = TestStore::new();
    let ones = Array1::<u8>::ones(1 << 20);
    let project = store.create("given-back").sealed(true).array("x", &ones).publish().unwrap();
    let holds = |what: &str| match what {
        "a mapping" => fs::read_to_string("/proc/self/maps").unwrap().contains("given-back"),
        _ => {
            let open = fs::read_dir("/proc/self/fd").unwrap().filter_map(|fd| fs::read_link(fd.ok()?.path()).ok());
            open.into_iter().any(|to| to.to_string_lossy().contains("given-back"))
        }
    };
    assert!(holds("a mapping"));
    let array = project.get("x").unwrap();
    drop(project);
    assert_eq!(array.bytes().iter().map(|byte| u64::from(*byte)).sum::<u64>(), 1 << 20);
    drop(array);
    assert!(!holds("a mapping") && !holds("a descriptor"));
}
