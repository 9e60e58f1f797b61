# A school of kadita in VMD:  vmd -e THIS_FILE   or, in VMD's console,   source THIS_FILE
#
# Loads the agents and their trajectory, colours each species, and draws the periodic cell and one arrow per agent in the
# current frame. VMD reads no velocities from a trajectory, so an arrow points along the minimum-image displacement to the
# next frame; in the last frame, along that from the frame before. An agent that is absent from either frame has no arrow.
# `kadita::headings off` hides the arrows, `kadita::headings on` shows them.

#SETTINGS#

namespace eval kadita {
    variable here [file dirname [file normalize [info script]]]
    variable groups $::kadita_groups
    variable arrow $::kadita_arrow
    variable shown 1
    variable school
    variable drawing
}

proc kadita::load {} {
    variable here
    variable groups
    variable arrow
    variable school
    variable drawing
    set school [mol new [file join $here $::kadita_topology] type pdb waitfor all]
    animate delete beg 0 end 0 skip 0 $school
    set path [file join $here $::kadita_path]
    if {[string tolower [file extension $path]] in {.nc .ncdf}} {
        mol addfile $path type netcdf waitfor all $school
    } else {
        mol addfile $path waitfor all $school
    }
    mol delrep 0 $school
    foreach {selection color} $groups {
        mol representation VDW [expr {$arrow / 10.0}] 12
        mol color ColorID $color
        mol selection $selection
        mol addrep $school
    }
    # a separate molecule, so that redrawing deletes no graphics of the user
    set drawing [mol new]
    mol rename $drawing "headings and cell"
    mol top $school
    trace add variable ::vmd_frame($school) write kadita::draw
    draw
    display resetview
}

proc kadita::headings {state} {
    variable shown
    set shown [expr {$state eq "on"}]
    draw
}

# called by the trace when the frame changes, with the variable's name, index and operation
proc kadita::draw {args} {
    variable school
    variable drawing
    variable groups
    variable shown
    graphics $drawing delete all
    set frame [molinfo $school get frame]
    set frames [molinfo $school get numframes]
    set lengths [molinfo $school get {a b c}]
    cell $lengths
    if {!$shown || $frames < 2} return
    set from $frame
    if {$frame == $frames - 1} {incr from -1}
    foreach {selection color} $groups {
        graphics $drawing color $color
        set places [at $selection $frame]
        foreach place $places start [at $selection $from] end [at $selection [expr {$from + 1}]] {
            pointer $place $start $end $lengths
        }
    }
}

proc kadita::at {selection frame} {
    variable school
    set agents [atomselect $school $selection frame $frame]
    set places [$agents get {x y z}]
    $agents delete
    return $places
}

proc kadita::pointer {place start end lengths} {
    variable drawing
    variable arrow
    set square 0.0
    set moved {}
    foreach p $start q $end l $lengths {
        # absent agents are NaN, with which Tcl cannot compute
        if {![string is double -strict $p] || ![string is double -strict $q] || $p != $p || $q != $q} return
        set d [expr {$q - $p}]
        if {$l > 0} {set d [expr {$d - $l * round($d / $l)}]}
        set square [expr {$square + $d * $d}]
        lappend moved $d
    }
    if {$square == 0} return
    set neck {}
    set tip {}
    foreach x $place d $moved {
        set step [expr {$arrow * $d / sqrt($square)}]
        lappend neck [expr {$x + 0.6 * $step}]
        lappend tip [expr {$x + $step}]
    }
    graphics $drawing cylinder $place $neck radius [expr {$arrow / 20.0}] resolution 8
    graphics $drawing cone $neck $tip radius [expr {$arrow / 7.0}] resolution 8
}

proc kadita::cell {lengths} {
    variable drawing
    lassign $lengths a b c
    if {$a <= 0 || $b <= 0 || $c <= 0} return
    graphics $drawing color white
    foreach {y z} [list 0 0 $b 0 0 $c $b $c] {graphics $drawing line [list 0 $y $z] [list $a $y $z] width 1}
    foreach {x z} [list 0 0 $a 0 0 $c $a $c] {graphics $drawing line [list $x 0 $z] [list $x $b $z] width 1}
    foreach {x y} [list 0 0 $a 0 0 $b $a $b] {graphics $drawing line [list $x $y 0] [list $x $y $c] width 1}
}

kadita::load
