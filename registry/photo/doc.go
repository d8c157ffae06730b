// Package photo takes the photos (照片) of a survey to the components that they show.
//
// A [Source] is a folder or a zip archive. Which component a file shows is told by a code in its name, or by a column of the survey file that names the
// photo ([Naming]). What no component is known for, and what is named and not there, is listed as [Issue] values. A file is taken by its
// content, which must be one of a few kinds of picture, whatever its name says ([Look]).
//
// Photos are kept by the SHA-256 of their bytes on a [Shelf]: a [Folder], or a bucket (package s3). Which component has which photo stands in the database, and is
// written in one transaction after the last photo is safely on the shelf: a process that dies before that has made nothing visible, and
// what it left on the shelf goes with the next [Room.Sweep].
package photo
