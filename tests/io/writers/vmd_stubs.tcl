# VMD's commands as far as the script uses them: each call is a line, with tabs between its words.
# Set before: frames (T lists of N places), cells (T lists of three lengths), segments (N names).
set molecules 0
set shown 0

fconfigure stdout -encoding utf-8
proc note {args} {puts [join [string map {\t <tab> \n <line>} $args] \t]}
foreach command {mol graphics animate display} {
    proc $command {args} [format {
        note %s {*}$args
        if {[string equal %s mol] && [lindex $args 0] eq "new"} {incr ::molecules; return [expr {$::molecules - 1}]}
    } $command $command]
}
proc molinfo {id get what} {
    if {$get ne "get"} {error "molinfo: $get"}
    if {$what eq "frame"} {return $::shown}
    if {$what eq "numframes"} {return [llength $::frames]}
    if {$what eq {a b c}} {return [lindex $::cells $::shown]}
    error "molinfo: $what"
}
set selections 0
proc atomselect {id selection word frame} {
    if {$id != 0 || $word ne "frame"} {error "atomselect: $id $word"}
    set places {}
    foreach place [lindex $::frames $frame] segment $::segments {
        if {$selection eq "all" || $selection eq "segname $segment"} {lappend places $place}
    }
    set name selected[incr ::selections]
    proc $name {what args} [format {
        if {$what eq "delete"} {rename %s {}; return}
        if {$what ne "get" || $args ne {{x y z}}} {error "atomselect: $what $args"}
        return {%s}
    } $name $places]
    return $name
}
# what VMD does when another frame is shown
proc show {frame} {
    set ::shown $frame
    set ::vmd_frame(0) $frame
}
