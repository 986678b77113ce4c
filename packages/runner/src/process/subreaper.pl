# Runs one command below itself and leaves nothing of it behind:
#   perl subreaper.pl <grace in ms> <file> <argument>...
# Orphans of the command come to this process instead of to init, so its descendants are the whole tree. It ends the tree
# when the command ends, when it gets TERM, or when file descriptor 3 closes, whose other end the worker or
# its fork server holds: that is how a tree ends whose worker was killed. Only what perl-base has is used.
use strict;
use warnings;
use Config;

my %SYSCALLS = (
    x86_64  => { prctl => 157, setsid => 112, pidfd_open => 434 },
    aarch64 => { prctl => 167, setsid => 157, pidfd_open => 434 },
);
my ($architecture) = $Config{archname} =~ /^([^-]+)/;
my $syscall = $SYSCALLS{$architecture} or die "subreaper: no system call numbers for $architecture\n";
my $PR_SET_CHILD_SUBREAPER = 36;
my $WNOHANG                = 1;

# Orphans are reaped and a signal that slipped in just before select() is noticed after this long at the latest.
my $IDLE_SECS = 1;
# While the tree is being ended it is looked at this often.
my $BUSY_SECS = 0.01;

my ( $grace_ms, @command ) = @ARGV;
my $stopping = 0;
$SIG{$_} = sub { $stopping = 1 }
  for qw(TERM INT HUP);
-e "/proc/$$/task/$$/children" or die "subreaper: this kernel lists no children in /proc\n";
open my $lifeline, '+<&=', 3 or die "subreaper: no life-line: $!\n";
syscall( $syscall->{prctl}, $PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0 ) == 0 or die "subreaper: prctl: $!\n";

my $main = fork // die "subreaper: fork: $!\n";
become_command() if $main == 0;
# Should the other end be gone already, the loop sees that too; dying of it here would leave the command alone.
$SIG{PIPE} = 'IGNORE';
syswrite $lifeline, "started\n";

# The output pipe belongs to the recipe alone: its end must be seen when the recipe's last process is gone.
open STDOUT, '>', '/dev/null';
open STDERR, '>', '/dev/null';

my $main_watch = watch_main();
my $status;
my $grace_left = $grace_ms / 1000;
my $asked      = 0;
while ( reap() ) {
    if ( $stopping && !$asked ) {
        $asked = 1;
        ask_to_end();
    }
    # A recipe that ended by itself has given its verdict; what it left behind gets no grace.
    my $is_over = $asked ? $grace_left <= 0 : defined $status;
    kill_everything() if $is_over;
    wait_for_news( $is_over ? 0.001 : $asked ? $BUSY_SECS : $IDLE_SECS );
    $grace_left -= $BUSY_SECS if $asked;
}
my $signal = $status & 127;
exit( $signal ? 128 + $signal : $status >> 8 );

sub become_command {
    close $lifeline;
    syscall( $syscall->{setsid} );
    $SIG{$_} = 'DEFAULT' for qw(TERM INT HUP);
    exec { $command[0] } @command or do {
        print STDERR "subreaper: $command[0]: $!\n";
        exit 127;
    };
}

# A file descriptor that turns readable when the command ends, so that its end is seen at once and without a signal race.
sub watch_main {
    my $descriptor = syscall( $syscall->{pidfd_open}, $main, 0 );
    return $descriptor if $descriptor >= 0;
    $IDLE_SECS = 0.05;    # A kernel before 5.3.
    return undef;
}

# Takes in every dead child. False when there are no children left at all.
sub reap {
    while (1) {
        my $pid = waitpid -1, $WNOHANG;
        return $pid == 0 if $pid <= 0;
        $status = $? if $pid == $main;
    }
}

sub wait_for_news {
    my ($secs) = @_;
    my $readable = '';
    vec( $readable, 3, 1 ) = 1 if $lifeline;
    vec( $readable, $main_watch, 1 ) = 1 if defined $main_watch && !defined $status;
    return if select( $readable, undef, undef, $secs ) <= 0;
    return unless vec( $readable, 3, 1 );
    # Nobody writes to the life-line, so this is its end.
    close $lifeline;
    undef $lifeline;
    $stopping = 1;
}

# TERM, once for each process: many tools take a second one for "quit without tidying up".
sub ask_to_end {
    my @others = grep { group_of($_) != $main } descendants_of( $$, sub { } );
    kill 'TERM', -$main unless defined $status;
    kill 'TERM', @others;
}

# A process is stopped before its children are listed, so that it cannot fork behind our back.
sub kill_everything {
    my @frozen = descendants_of( $$, sub { kill 'STOP', shift } );
    kill 'KILL', @frozen;
}

sub descendants_of {
    my ( $parent, $visit ) = @_;
    my @found;
    for my $child ( children_of($parent) ) {
        $visit->($child);
        push @found, $child, descendants_of( $child, $visit );
    }
    return @found;
}

sub children_of {
    my ($parent) = @_;
    my @children;
    opendir my $threads, "/proc/$parent/task" or return;
    for my $thread ( grep { /^\d/ } readdir $threads ) {
        open my $file, '<', "/proc/$parent/task/$thread/children" or next;
        push @children, split ' ', <$file> // '';
    }
    return @children;
}

sub group_of {
    my ($pid) = @_;
    open my $file, '<', "/proc/$pid/stat" or return 0;
    my ($group) = ( <$file> // '' ) =~ /.*\) \S+ \d+ (\d+)/;
    return $group // 0;
}
