# PowerShell completion for austin

Register-ArgumentCompleter -Native -CommandName austin, austinp -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $options = @(
    @{ Name = '-p'; Tip = 'Sample the running process PID instead of starting a command' }
    @{ Name = '--pid'; Tip = 'Sample the running process PID instead of starting a command' }
    @{ Name = '-w'; Tip = 'Do not sample: show once where each thread of the running process PID is' }
    @{ Name = '--where'; Tip = 'Do not sample: show once where each thread of the running process PID is' }
    @{ Name = '-C'; Tip = 'Sample the processes that it starts as well, and those that they start' }
    @{ Name = '--children'; Tip = 'Sample the processes that it starts as well, and those that they start' }
    @{ Name = '-t'; Tip = 'How long a process may take to become a Python interpreter, in milliseconds or with a unit: ms, s' }
    @{ Name = '--timeout'; Tip = 'How long a process may take to become a Python interpreter, in milliseconds or with a unit: ms, s' }
    @{ Name = '-s'; Tip = 'Leave out threads that are off the CPU, to estimate CPU time' }
    @{ Name = '--sleepless'; Tip = 'Leave out threads that are off the CPU, to estimate CPU time' }
    @{ Name = '-c'; Tip = 'The same as --sleepless' }
    @{ Name = '--cpu'; Tip = 'The same as --sleepless' }
    @{ Name = '-m'; Tip = 'Measure memory, not time: by how many bytes the process''s resident memory grows or shrinks' }
    @{ Name = '--memory'; Tip = 'Measure memory, not time: by how many bytes the process''s resident memory grows or shrinks' }
    @{ Name = '-f'; Tip = 'Measure all at once: time, whether the thread is idle, and memory' }
    @{ Name = '--full'; Tip = 'Measure all at once: time, whether the thread is idle, and memory' }
    @{ Name = '-g'; Tip = 'Mark stacks that are taken while garbage is collected' }
    @{ Name = '--gc'; Tip = 'Mark stacks that are taken while garbage is collected' }
    @{ Name = '-n'; Tip = 'Show functions of machine code among Python''s' }
    @{ Name = '--native'; Tip = 'Show functions of machine code among Python''s' }
    @{ Name = '-k'; Tip = 'Show functions of the kernel too, which takes root or CAP_SYS_ADMIN' }
    @{ Name = '--kernel'; Tip = 'Show functions of the kernel too, which takes root or CAP_SYS_ADMIN' }
    @{ Name = '-h'; Tip = 'Memory that copies of the target''s stacks may take in austin, in megabytes; 0 leaves the bound to austin' }
    @{ Name = '--heap'; Tip = 'Memory that copies of the target''s stacks may take in austin, in megabytes; 0 leaves the bound to austin' }
    @{ Name = '-i'; Tip = 'Time from one sample to the next, in microseconds or with a unit: us, ms, s' }
    @{ Name = '--interval'; Tip = 'Time from one sample to the next, in microseconds or with a unit: us, ms, s' }
    @{ Name = '-x'; Tip = 'Stop after this many seconds; 0 goes on until the process ends' }
    @{ Name = '--exposure'; Tip = 'Stop after this many seconds; 0 goes on until the process ends' }
    @{ Name = '-o'; Tip = 'Write the samples to FILE, not to standard output' }
    @{ Name = '--output'; Tip = 'Write the samples to FILE, not to standard output' }
    @{ Name = '-b'; Tip = 'The same as --format mojo: smaller files, with columns' }
    @{ Name = '--binary'; Tip = 'The same as --format mojo: smaller files, with columns' }
    @{ Name = '--format'; Tip = 'What to make of the samples: text, mojo, speedscope, pprof, gecko, heatmap, summary, flamegraph or svg' }
    @{ Name = '--from'; Tip = 'Do not sample: take the samples from FILE, text or MOJO of any version; - is standard input' }
    @{ Name = '--select'; Tip = 'Only the samples that fit; KEY is process, thread, function, file or time' }
    @{ Name = '--resolve'; Tip = 'With --from: give machine code its source lines, by addr2line and the files on this machine' }
    @{ Name = '--aggregate'; Tip = 'Write each stack once, with all that it took' }
    @{ Name = '--diff'; Tip = 'Write how the samples differ from those of the file BASE' }
    @{ Name = '--top'; Tip = 'Rows of each table of a summary' }
    @{ Name = '-P'; Tip = 'For a program that reads the samples as they come: write each at once, all there is to know into the output and nothing to the terminal' }
    @{ Name = '--pipe'; Tip = 'For a program that reads the samples as they come: write each at once, all there is to know into the output and nothing to the terminal' }
    @{ Name = '--json'; Tip = 'With --where: write one JSON document, for programs' }
    @{ Name = '--tui'; Tip = 'Show live in the terminal where time or memory goes: a top for Python' }
    @{ Name = '--web'; Tip = 'Show the samples as they come, or those of --from, as a flame graph in a browser' }
    @{ Name = '--host'; Tip = 'With --web: listen on this address' }
    @{ Name = '--port'; Tip = 'With --web: listen on this port' }
    @{ Name = '--open'; Tip = 'With --web: open the browser' }
    @{ Name = '--links'; Tip = 'Make links in the folder DIR by whose names this file is another program: mojo2austin, austin2speedscope, austin2pprof, austin-compress, austin-diff, austinp-resolve, austin-tui, austin-web, austinp' }
    @{ Name = '-?'; Tip = 'Show this text' }
    @{ Name = '--help'; Tip = 'Show this text' }
    @{ Name = '--usage'; Tip = 'Show the options in short' }
    @{ Name = '-V'; Tip = 'Show the version' }
    @{ Name = '--version'; Tip = 'Show the version' }
    @{ Name = '--licenses'; Tip = 'Show the licences of everything inside this file' }
  )
  # Some options differ by case alone.
  $values = [System.Collections.Hashtable]::new([StringComparer]::Ordinal)
  $values['-p'] = { (Get-Process).Id }
  $values['--pid'] = { (Get-Process).Id }
  $values['-w'] = { (Get-Process).Id }
  $values['--where'] = { (Get-Process).Id }
  $values['-t'] = { '100ms', '1s', '10s' }
  $values['--timeout'] = { '100ms', '1s', '10s' }
  $values['-h'] = { '0', '16', '64', '256' }
  $values['--heap'] = { '0', '16', '64', '256' }
  $values['-i'] = { '100us', '1ms', '10ms', '100ms' }
  $values['--interval'] = { '100us', '1ms', '10ms', '100ms' }
  $values['-x'] = { '1', '10', '30', '60' }
  $values['--exposure'] = { '1', '10', '30', '60' }
  $values['-o'] = { Get-ChildItem -Name }
  $values['--output'] = { Get-ChildItem -Name }
  $values['--format'] = { 'text', 'collapsed', 'mojo', 'speedscope', 'pprof', 'gecko', 'heatmap', 'summary', 'flamegraph', 'svg' }
  $values['--from'] = { Get-ChildItem -Name }
  $values['--select'] = { 'process=', 'thread=', 'function=', 'file=', 'time=' }
  $values['--diff'] = { Get-ChildItem -Name }
  $values['--top'] = { '10', '20', '50' }
  $values['--host'] = { '127.0.0.1', '0.0.0.0', 'localhost' }
  $values['--port'] = { '0', '8080' }
  $values['--links'] = { Get-ChildItem -Name }
  $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
  $last = if ($wordToComplete -eq '') { $words[-1] } else { $words[-2] }
  if ($values.ContainsKey($last)) {
    & $values[$last] | Where-Object { "$_" -like "$wordToComplete*" } |
      ForEach-Object { [System.Management.Automation.CompletionResult]::new("$_") }
    return
  }
  $options | Where-Object { $_.Name.StartsWith($wordToComplete, [StringComparison]::Ordinal) } |
    ForEach-Object {
      [System.Management.Automation.CompletionResult]::new($_.Name, $_.Name, 'ParameterName', $_.Tip)
    }
}
