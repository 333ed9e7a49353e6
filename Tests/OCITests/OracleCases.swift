/// Dockerfiles that are built twice: by us, and by buildah.
///
/// `BASE` stands for a base image, and each is built in the same folder.
struct OracleCase: Sendable, CustomStringConvertible {
    let name: String
    let text: String
    var ignore = ""

    var description: String { name }

    init(_ name: String, _ text: String, ignore: String = "") {
        (self.name, self.text, self.ignore) = (name, text, ignore)
    }

    /// What COPY and ADD do with files.
    static let copies: [OracleCase] = [
        .init("file to file", "FROM scratch\nCOPY one.txt /x\n"),
        .init("file to folder", "FROM scratch\nCOPY one.txt /x/\n"),
        .init("file to a folder of the base", "FROM BASE\nCOPY one.txt /srv\n"),
        .init("file to the root", "FROM BASE\nCOPY one.txt /\n"),
        .init("folder to a new folder", "FROM scratch\nCOPY app /app\n"),
        .init("folder to a folder of the base", "FROM BASE\nCOPY app /srv\n"),
        .init("folder over what is there", "FROM BASE\nCOPY app /opt/app\nCOPY web /opt/app/\n"),
        .init("the whole context", "FROM scratch\nCOPY . /all/\n"),
        .init("the whole context to the root of a base", "FROM BASE\nCOPY . .\n"),
        .init("several files", "FROM scratch\nCOPY one.txt two.txt app/run.sh /x/\n"),
        .init("a file and a folder", "FROM scratch\nCOPY one.txt app /x/\n"),
        .init("a file of the base is replaced", "FROM BASE\nCOPY one.txt /etc/motd\n"),
        .init("a pattern", "FROM scratch\nCOPY *.txt /x/\n"),
        .init("a pattern that takes one file", "FROM scratch\nCOPY on?.txt /x\n"),
        .init("sets in patterns", "FROM scratch\nCOPY [a-o]*.txt /x/\n"),
        .init("a pattern over folders", "FROM scratch\nCOPY app/*/*.conf /x/\n"),
        .init("names with spaces", "FROM scratch\nCOPY [\"with space/a b.txt\", \"/x y/\"]\n"),
        .init("empty file and empty folder", "FROM scratch\nCOPY odd /odd\n"),
        .init("links inside a folder", "FROM scratch\nCOPY links /links\n"),
        .init("an executable keeps being one", "FROM scratch\nCOPY app/run.sh /usr/bin/run\n"),
        .init("owner by numbers", "FROM scratch\nCOPY --chown=7:8 one.txt /x/y/\n"),
        .init("owner of a folder", "FROM BASE\nCOPY --chown=1000:1001 app /new/app\n"),
        .init("owner by one number", "FROM BASE\nCOPY --chown=12 one.txt /srv/\n"),
        .init("mode of a file", "FROM scratch\nCOPY --chmod=640 one.txt /x\n"),
        .init("a link of the base on the way", "FROM BASE\nCOPY app/run.sh /bin/run\n"),
        .init("into a link of the base to a folder", "FROM BASE\nCOPY app/run.sh /bin/\n"),
        .init("below a folder that others may write to", "FROM BASE\nCOPY one.txt /tmp/deep/one\n"),
        .init("relative to the working folder", "FROM scratch\nWORKDIR /w\nCOPY one.txt sub/\nCOPY two.txt .\n"),
        .init("up from the working folder", "FROM scratch\nWORKDIR /w/v\nCOPY one.txt ../up\n"),
        .init("ADD of files", "FROM scratch\nADD one.txt app /x/\n"),
        .init("a source with dots", "FROM scratch\nCOPY ./app/../one.txt /x\n"),
        .init("a source from the root of the context", "FROM scratch\nCOPY /one.txt /x\n"),
    ]

    /// What `.dockerignore` keeps out.
    static let ignored: [OracleCase] = [
        .init("ignored by name", "FROM scratch\nCOPY . /x/\n", ignore: "one.txt\napp/lib\n"),
        .init("ignored but for some", "FROM scratch\nCOPY . /x/\n", ignore: "*\n!app/lib\n!one.txt\n"),
        .init("ignored at any depth", "FROM scratch\nCOPY . /x/\n", ignore: "**/*.txt\n# two\n!two.txt\n"),
        .init("ignored inside a folder", "FROM scratch\nCOPY app /x/\n", ignore: "app/*/*.conf\n"),
        .init("patterns see what is left", "FROM scratch\nCOPY *.txt /x/\n", ignore: "/one.txt\n"),
        .init("an exception inside", "FROM scratch\nCOPY app /x/\n", ignore: "app/lib\n!app/lib/b.jar\n"),
    ]

    /// What is built on what.
    static let stages: [OracleCase] = [
        .init("from a stage by name", "FROM scratch AS one\nCOPY app /a\nFROM scratch\nCOPY --from=one /a/lib /l\n"),
        .init("from a stage by number", "FROM BASE\nFROM scratch\nCOPY --from=0 /etc/motd /m\n"),
        .init(
            "from a stage on a base", "FROM BASE AS b\nCOPY one.txt /etc/\nFROM scratch\nCOPY --from=b /etc/ /etc/\n"),
        .init(
            "owners and modes of another stage",
            "FROM BASE AS b\nFROM scratch\nCOPY --from=b /srv /s\nCOPY --from=b /opt /o\n"),
        .init("a stage on a stage", "FROM scratch AS a\nENV A=1\nWORKDIR /a\nCMD [\"a\"]\nFROM a\nCOPY one.txt .\n"),
        .init(
            "stages that are not needed", "FROM nobody/has:this AS x\nRUN false\nFROM scratch AS y\nCOPY one.txt /x\n"),
        .init("a link to a file in another stage", "FROM BASE AS b\nFROM scratch\nCOPY --from=b /etc/link /x\n"),
        .init("a hard link in a base", "FROM BASE AS b\nFROM scratch\nCOPY --from=b /opt/hard /x\n"),
        .init("a base whose layers hide", "FROM BASE AS b\nFROM scratch\nCOPY --from=b / /all/\n"),
    ]

    /// What the configuration says.
    static let settings: [OracleCase] = [
        .init("ENV in both forms", "FROM BASE\nENV A=1 B=\"two words\" C=$A\nENV D old  form $A\nENV PATH=/x:$PATH\n"),
        .init("ENV with escapes", "FROM BASE\nENV A=a\\ b B='$A' C=\"\\$A\" D=${A:-x}${Q:+y}${Q:-z}\n"),
        .init("LABEL", "FROM BASE\nLABEL a=1 \"b.c\"=\"d e\" f='g h'\nLABEL multi=\"one \\\n  two\"\n"),
        .init("ARG and its scope", "ARG V=1\nFROM BASE\nARG V\nARG W=w$V\nENV A=$V B=$W\nLABEL x=$V\n"),
        .init("CMD of a shell", "FROM BASE\nCMD echo \"$HOME\"   two\n"),
        .init("ENTRYPOINT resets CMD", "FROM BASE\nENTRYPOINT [\"/x\", \"y z\"]\n"),
        .init("ENTRYPOINT of a shell, CMD behind it", "FROM BASE\nENTRYPOINT exec x\nCMD [\"a\"]\n"),
        .init("CMD before ENTRYPOINT", "FROM BASE\nCMD [\"a\"]\nENTRYPOINT [\"x\"]\n"),
        .init("USER, STOPSIGNAL", "FROM BASE\nARG U=1000\nUSER ${U}:100\nSTOPSIGNAL SIGINT\n"),
        .init("WORKDIR with variables", "FROM BASE\nENV D=/srv/inner\nWORKDIR $D\nWORKDIR sub\nWORKDIR ../other\n"),
        .init("WORKDIR of a user", "FROM BASE\nUSER 5:6\nWORKDIR /home/five\n"),
        .init("WORKDIR that is there", "FROM BASE\nWORKDIR /srv\nCOPY one.txt .\n"),
        .init("EXPOSE", "FROM BASE\nEXPOSE 80 443/tcp 53/udp\n"),
        .init("VOLUME of a list", "FROM BASE\nVOLUME [\"/srv\", \"/opt\"]\n"),
        .init("VOLUME of words", "FROM BASE\nVOLUME /srv /opt\n"),
        .init("HEALTHCHECK", "FROM BASE\nHEALTHCHECK --interval=1m30s --timeout=500ms --retries=3 CMD curl -f  x\n"),
        .init("HEALTHCHECK of a list, and none", "FROM BASE\nHEALTHCHECK CMD [\"a\", \"b\"]\nHEALTHCHECK NONE\n"),
        .init("SHELL", "FROM BASE\nSHELL [\"/bin/bash\", \"-c\"]\n"),
        .init(
            "lower case, comments, continuations", "from BASE\n\nenv A=1 \\\n# no\n\n  B=2\ncmd [\"x\", \\\n \"y\"]\n"),
        .init("the escape directive", "# escape=`\nFROM BASE\nENV A=C `\n  B=2\n"),
        .init("MAINTAINER", "FROM BASE\nMAINTAINER Somebody <s@example.com>\n"),
    ]
}
