# What a recipe sees of the farm's folders: nothing, but for those that are its own. Called by fork-server.pl in the child
# that becomes the recipe. It gets a mount namespace of its own, in which each hidden folder is covered by an empty one and
# the shown ones are put back in their places. The new system calls are used throughout: their numbers are the same on
# every architecture, and a folder can be held by a descriptor while its place is covered.
use strict;
use warnings;
use Config;

# The one system call that is older than their common numbering.
my %UNSHARE = ( x86_64 => 272, aarch64 => 97 );
my ( $OPEN_TREE, $MOVE_MOUNT, $FSOPEN, $FSCONFIG, $FSMOUNT, $MOUNT_SETATTR ) = ( 428 .. 432, 442 );

my ( $CLONE_NEWNS, $CLONE_NEWUSER ) = ( 0x20000, 0x10000000 );
my ( $AT_FDCWD, $AT_EMPTY_PATH, $AT_RECURSIVE ) = ( -100, 0x1000, 0x8000 );
my ( $OPEN_TREE_CLONE, $OPEN_TREE_CLOEXEC ) = ( 1, 0x80000 );
my ( $MOVE_MOUNT_F_EMPTY_PATH, $MOVE_MOUNT_T_SYMLINKS ) = ( 0x4, 0x10 );
my ( $FSCONFIG_SET_STRING, $FSCONFIG_CMD_CREATE ) = ( 1, 6 );
my $CLOEXEC = 1;
my ( $READ_ONLY, $NO_SUID, $NO_DEVICES ) = ( 1, 2, 4 );
my $SLAVE = 1 << 19;
my $CAP_SYS_ADMIN = 21;

# Each word is `hide <folder>`, `show <folder>` or `show_read_only <folder>`, all absolute. Dies where the kernel refuses.
sub narrow_view {
    my @words = map { [ split / /, $_, 2 ] } @_;
    my @hidden = map { $_->[1] } grep { $_->[0] eq 'hide' } @words;
    my @shown = grep { $_->[0] ne 'hide' && -d $_->[1] } @words;
    enter_mount_namespace();
    my @trees = map { clone_tree( $_->[1], $_->[0] eq 'show_read_only' ) } @shown;
    my @covers = map { cover($_) } @hidden;
    for my $index ( 0 .. $#shown ) {
        make_folders( $shown[$index][1] );
        put( $trees[$index], $shown[$index][1] );
    }
    # So that nobody takes it for a place to keep something.
    change_mount( $_, $AT_EMPTY_PATH, $READ_ONLY, 0 ) for @covers;
    POSIX::close($_) for @trees, @covers;
}

# Whoever may not mount gets that right in a user namespace, as the same user, and loses it with the next exec.
# What is mounted here cannot be unmounted by a recipe then; one of root's could.
sub enter_mount_namespace {
    my ($architecture) = $Config{archname} =~ /^([^-]+)/;
    my $unshare = $UNSHARE{$architecture} or die "no system call numbers for $architecture\n";
    my ( $user, $group ) = ( $>, $) + 0 );
    my $may_mount = $user == 0 || has_capability($CAP_SYS_ADMIN);
    call( 'unshare', $unshare, $CLONE_NEWNS | ( $may_mount ? 0 : $CLONE_NEWUSER ) );
    if ( !$may_mount ) {
        write_file( '/proc/self/setgroups', 'deny' );
        write_file( '/proc/self/uid_map',   "$user $user 1" );
        write_file( '/proc/self/gid_map',   "$group $group 1" );
    }
    # What the host mounts later is still seen; nothing that is mounted here is seen by the host.
    change_mount_at( '/', $AT_RECURSIVE, 0, $SLAVE );
}

sub has_capability {
    my ($number) = @_;
    open my $file, '<', '/proc/self/status' or return 0;
    my ($effective) = map { /^CapEff:\s*([0-9a-f]+)$/ } <$file>;
    return hex( $effective // 0 ) >> $number & 1;
}

sub clone_tree {
    my ( $folder, $is_read_only ) = @_;
    my $flags = $OPEN_TREE_CLONE | $OPEN_TREE_CLOEXEC | $AT_RECURSIVE;
    my $tree = call( "open_tree $folder", $OPEN_TREE, $AT_FDCWD, $folder, $flags );
    change_mount( $tree, $AT_EMPTY_PATH | $AT_RECURSIVE, $READ_ONLY, 0 ) if $is_read_only;
    return $tree;
}

# Gives back a descriptor of the empty folder that now lies over this one.
sub cover {
    my ($folder) = @_;
    my $context = call( 'fsopen', $FSOPEN, 'tmpfs', $CLOEXEC );
    call( 'fsconfig', $FSCONFIG, $context, $FSCONFIG_SET_STRING, $_->[0], $_->[1], 0 )
      for [ 'mode', '0755' ], [ 'size', '1m' ];
    call( 'fsconfig', $FSCONFIG, $context, $FSCONFIG_CMD_CREATE, 0, 0, 0 );
    my $cover = call( 'fsmount', $FSMOUNT, $context, $CLOEXEC, $NO_SUID | $NO_DEVICES );
    POSIX::close($context);
    put( $cover, $folder );
    return $cover;
}

sub put {
    my ( $tree, $place ) = @_;
    my $flags = $MOVE_MOUNT_F_EMPTY_PATH | $MOVE_MOUNT_T_SYMLINKS;
    call( "move_mount $place", $MOVE_MOUNT, $tree, '', $AT_FDCWD, $place, $flags );
}

sub make_folders {
    my ($folder) = @_;
    return if -d $folder;
    make_folders( $folder =~ s{/[^/]+/*$}{}r );
    mkdir $folder or die "mkdir $folder: $!\n";
}

sub change_mount_at { change( $AT_FDCWD, @_ ) }
sub change_mount { my $tree = shift; change( $tree, '', @_ ) }

# struct mount_attr: what to set, what to clear, propagation, a user namespace.
sub change {
    my ( $from, $path, $flags, $set, $propagation ) = @_;
    my $attributes = pack 'QQQQ', $set, 0, $propagation, 0;
    call( 'mount_setattr', $MOUNT_SETATTR, $from, $path, $flags, $attributes, length $attributes );
}

sub call {
    my ( $what, $number, @arguments ) = @_;
    my $result = syscall $number, @arguments;
    die "$what: $!\n" if $result < 0;
    return $result;
}

sub write_file {
    my ( $path, $text ) = @_;
    open my $file, '>', $path or die "$path: $!\n";
    syswrite( $file, $text ) // die "$path: $!\n";
    close $file;
}

1;
